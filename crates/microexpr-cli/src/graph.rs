//! The video graph of one clip, as JSON and as a picture.

use std::error::Error;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use crate::shared::experiment_options::{BaseOptions, PipelineOptions};
use crate::shared::input::InputOptions;
use crate::shared::outputs::keep_inputs;
use clap::Parser;
use image::{ImageFormat, Rgb, RgbImage};
use imageproc::drawing::{draw_antialiased_line_segment_mut, draw_filled_circle_mut};
use imageproc::pixelops::interpolate;
use microexpr::classifier::Preset;
use microexpr::core::{atomic_file, resize};
use microexpr::landmarks::AlignedClip;
use microexpr::pipeline::ClipGraph;
use microexpr::prelude::Pipeline;

/// Turns one clip into its landmark graph.
///
/// The JSON holds the graph (kept frames, positions in pixels of the aligned face, edges from source to target, node and
/// edge features of both streams), the selection's intensities and thresholds, and what the alignment left over.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    #[command(flatten)]
    clip: InputOptions,
    /// File for the graph (JSON)
    #[arg(long)]
    out: PathBuf,
    /// Picture (PNG) of the first kept frame's nodes and edges on the face
    #[arg(long)]
    picture: Option<PathBuf>,
    #[command(flatten)]
    base: BaseOptions,
    #[command(flatten)]
    pipeline: PipelineOptions,
}

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    options.pipeline.limit_threads()?;
    let outputs = [("--out", Some(options.out.as_path())), ("--picture", options.picture.as_deref())];
    keep_inputs(&outputs, &[&options.clip.input])?;
    for file in options.picture.iter().chain([&options.out]) {
        atomic_file::check_file(file)?;
    }
    let settings = options.pipeline.applied_to(options.base.settings(Preset::Recommended)?).pipeline;
    let pipeline = Pipeline::new(&settings)?;
    let (frames, fps) = options.clip.sequence()?;
    if frames.is_still()? {
        eprintln!("note: nothing moves: all {} frames are the same", frames.len());
    }
    let aligned = pipeline.register(&frames, fps)?;
    let graph = pipeline.graph(&aligned, settings.alpha())?;
    atomic_file::write(&options.out, &serde_json::to_vec(&graph)?)?;
    println!(
        "{}: {} nodes, {} edges, {} of {} frames kept",
        options.out.display(),
        graph.graph.nodes(),
        graph.graph.edges().len(),
        graph.selection.kept.len(),
        graph.frames
    );
    crate::shared::print_pose(graph.pose);
    if let Some(path) = &options.picture {
        draw(&aligned, &graph, path)?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Nodes and spatial edges of the first kept frame on the aligned face, three times enlarged.
fn draw(aligned: &AlignedClip, graph: &ClipGraph, path: &Path) -> Result<(), Box<dyn Error>> {
    const ZOOM: usize = 3;
    let frame = aligned.clip.frame(0);
    let face = resize::bilinear(frame, (ZOOM * frame.nrows(), ZOOM * frame.ncols()));
    let mut picture = RgbImage::from_fn(face.ncols() as u32, face.nrows() as u32, |x, y| {
        let grey = (face[[y as usize, x as usize]] * 255.0).round().clamp(0.0, 255.0) as u8;
        Rgb([grey, grey, grey])
    });
    let positions = graph.graph.positions_px();
    let landmarks = graph.graph.landmarks();
    let at = |node: usize| [0, 1].map(|axis| ((positions[[node, axis]] + 0.5) * ZOOM as f32) as i32);
    let edges = graph.graph.edges();
    let own_frame = |node: u32| (node as usize) < landmarks;
    for (source, target) in edges.source.iter().zip(&edges.target) {
        if source < target && own_frame(*source) && own_frame(*target) {
            let ([x0, y0], [x1, y1]) = (at(*source as usize), at(*target as usize));
            draw_antialiased_line_segment_mut(
                &mut picture,
                (x0, y0),
                (x1, y1),
                Rgb([80, 200, 255]),
                interpolate,
            );
        }
    }
    for node in 0..landmarks {
        let [x, y] = at(node);
        draw_filled_circle_mut(&mut picture, (x, y), 4, Rgb([255, 200, 0]));
    }
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    atomic_file::write(path, png.get_ref())?;
    Ok(())
}
