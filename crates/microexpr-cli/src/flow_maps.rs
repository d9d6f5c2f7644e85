//! Flow maps of a dataset on disk: the field's small pictures of a clip's motion, and their list.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::shared::experiment_options::{BaseOptions, PipelineOptions};
use crate::shared::reading_options::ReadingOptions;
use clap::Parser;
use microexpr::classifier::Preset;
use microexpr::core::{CoreError, atomic_file};
use microexpr::data::{ClipRecord, LabelScheme, Layout, SkippedClip};
use microexpr::flow::{FlowMap, write_flow_map};
use microexpr::pipeline::{Pipeline, PipelineError};
use microexpr::video::{MOST_CLIP_BYTES, decode_videos};
use rayon::prelude::*;

/// Writes one picture per clip: the optical flow of the aligned face from the first frame to the apex, red to the right, green
/// down, blue optical strain, each scaled to 0..255 by itself; and list.csv, with which `evaluate --dataset flow-maps` reads them.
///
/// Where no apex is annotated, it is the frame that has moved furthest from the first one. Clips of which no map can be made are
/// named and left out.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Layout of the dataset: smic, samm, casme2, manifest or composite
    #[arg(long)]
    dataset: Layout,
    /// Folder of the dataset, or the manifest file [default: $SMIC_ROOT, $SAMM_ROOT, $CASME2_ROOT]
    #[arg(long)]
    root: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingOptions,
    /// Side of the pictures in pixels
    #[arg(long, default_value_t = 28)]
    size: usize,
    /// Folder to write to; it must be empty or not exist yet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    base: BaseOptions,
    #[command(flatten)]
    pipeline: PipelineOptions,
}

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    require_empty(&options.out)?;
    options.pipeline.limit_threads()?;
    options.reading.check(&[options.dataset])?;
    let index = options.reading.read(options.dataset, options.root.clone())?;
    let scheme = LabelScheme::ThreeClasses;
    let clips: Vec<(&ClipRecord, usize)> =
        index.clips.iter().filter_map(|clip| Some((clip, scheme.class_of(clip)?))).collect();
    check_names(&clips)?;
    let settings = options.pipeline.applied_to(options.base.settings(Preset::Recommended)?);
    let pipeline = Pipeline::new(&settings.pipeline)?;
    let bar = crate::shared::progress_bar(clips.len() as u64, "clips");
    let made: Vec<Result<FlowMap, PipelineError>> = clips
        .par_iter()
        .map(|(clip, _)| {
            let map = flow_map(clip, &pipeline, options.size);
            bar.inc(1);
            map
        })
        .collect();
    bar.finish_and_clear();
    fs::create_dir_all(&options.out)?;
    let mut list = String::from("dataset,sub,filename_o,label\n");
    let (mut maps, mut left_out) = (0, index.left_out(scheme));
    for ((clip, class), map) in clips.iter().zip(made) {
        match map {
            Ok(map) => {
                maps += 1;
                write_flow_map(options.out.join(format!("{}.png", name(clip))), &map)?;
                writeln!(list, "{},{},{},{class}", clip.dataset, quoted(&clip.subject), quoted(&clip.clip))?;
            }
            Err(error) if error.concerns_one_clip() => left_out.push(skipped(clip, &error)),
            Err(error) => return Err(error.into()),
        }
    }
    for clip in &left_out {
        eprintln!("left out {}: {}", clip.id, clip.reason);
    }
    if maps == 0 {
        return Err(format!("none of {} clips gave a flow map", left_out.len()).into());
    }
    let path = options.out.join("list.csv");
    atomic_file::write(&path, list.as_bytes())?;
    println!("{maps} flow maps in {}", options.out.display());
    println!("list: {}", path.display());
    Ok(())
}

fn flow_map(clip: &ClipRecord, pipeline: &Pipeline, size: usize) -> Result<FlowMap, PipelineError> {
    let frames = decode_videos(&clip.sequence()?, MOST_CLIP_BYTES).map_err(CoreError::from)?;
    let aligned = pipeline.register(&frames, clip.fps)?;
    pipeline.flow_map(&aligned, clip.apex_index(), size)
}

fn skipped(clip: &ClipRecord, error: &PipelineError) -> SkippedClip {
    let folder = clip.frames.first().and_then(|frame| frame.parent());
    let (path, reason) = (folder.map(Path::to_owned).unwrap_or_default(), crate::shared::one_line(error));
    SkippedClip { id: clip.id(), path, reason }
}

/// A map's name, as the list spells it.
fn name(clip: &ClipRecord) -> String {
    format!("{}_{}", clip.subject, clip.clip)
}

/// Refuses clips whose pictures would have one name, such as two datasets' `01_1`.
fn check_names(clips: &[(&ClipRecord, usize)]) -> Result<(), Box<dyn Error>> {
    let mut names = HashMap::new();
    for (clip, _) in clips {
        if let Some(first) = names.insert(name(clip), clip.id()) {
            let (second, name) = (clip.id(), name(clip));
            return Err(format!("{first} and {second} would both be written to {name}.png").into());
        }
    }
    Ok(())
}

/// A cell of a CSV file.
fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

fn require_empty(folder: &Path) -> Result<(), Box<dyn Error>> {
    let used = fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some());
    if used {
        let folder = folder.display();
        return Err(format!(
            "{folder}: is not empty; nothing was written (choose a new folder or empty this one)"
        )
        .into());
    }
    Ok(())
}
