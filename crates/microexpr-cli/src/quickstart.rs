//! The whole path with no arguments and no data: generated clips in SMIC's layout, the full pipeline, a
//! leave-one-subject-out evaluation, a report; and a model and a recording, for `analyse` to look at.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use crate::shared::{ProgressBars, progress_bar};
use clap::Parser;
use microexpr::classifier::{Preset, summary};
use microexpr::data::{LabelScheme, Layout};
use microexpr::pipeline::LandmarkSource;
use microexpr::prelude::{Cache, Clip, Device, Experiment};
use microexpr_synth::{Ceiling, Expression, GeneratedClip, Subject, SynthClip, SynthParams, write_dataset};
use ndarray::{Array3, Axis};

/// Everything goes into this folder, below the current one.
const FOLDER: &str = "quickstart";
/// Before and after the expression of the recording.
const STILL_FRAMES: usize = 150;

/// Generates a small dataset of faces with micro-expressions, runs the full pipeline on it, prints the table.
///
/// The faces are generated and their landmarks known; expressions are as strong, as fast and as ambiguous as real ones are known to
/// be, so that even somebody who knew every action unit would not be right always: that score is printed, too. With 36 clips all
/// figures scatter by a tenth and more.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Decides the generated faces and the training
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let folder = Path::new(FOLDER);
    let data = folder.join(format!("clips-seed{}", options.seed));
    generate(&data, options.seed)?;
    let index = Layout::Smic.read(&data)?;
    let mut settings = Preset::Recommended.settings();
    settings.pipeline.landmarks = LandmarkSource::Files;
    let experiment = Experiment { settings, device: Device::Cpu, cache: Cache::at(folder.join("cache")) };
    let out = folder.join("results");
    let bars = ProgressBars::new();
    let outcome =
        experiment.loso(&index, LabelScheme::ThreeClasses, &[options.seed], &out, &|p| bars.show(p))?;
    bars.finish();
    outcome.write(&out)?;
    print!("{}", summary(&outcome.evaluation));
    println!("{}", ceiling(&data.join("truth.json"))?);
    let (model, _) = experiment.train(&index, LabelScheme::ThreeClasses, options.seed, &|p| bars.show(p))?;
    bars.finish();
    model.save(folder.join("model.safetensors"))?;
    recording(options.seed + 1)?.write_frames(folder.join("recording"))?;
    println!(
        "\n{:.0} s. Results, pictures and the report (report.html) are in {}; beside them a model of all clips and a recording of \
         somebody else, for analyse",
        started.elapsed().as_secs_f64(),
        out.display()
    );
    Ok(())
}

/// Six persons with six clips each, unless an earlier run has left them.
fn generate(root: &Path, seed: u64) -> Result<(), Box<dyn Error>> {
    if root.join("truth.json").is_file() {
        return Ok(());
    }
    // Without its last file the folder is what a stopped run left behind.
    if root.exists() {
        std::fs::remove_dir_all(root)?;
    }
    let params = SynthParams { seed, ..SynthParams::default() };
    let bar = progress_bar((params.subjects * params.clips_per_subject) as u64, "faces");
    write_dataset(&params, microexpr_synth::Layout::Smic, root, |p| bar.set_position(p.done as u64))?;
    bar.finish_and_clear();
    Ok(())
}

/// A few seconds of a person whom the model has not seen: a still face, an expression that comes and goes, a still face.
fn recording(seed: u64) -> Result<Clip, Box<dyn Error>> {
    let params = SynthParams { seed, ..SynthParams::default() };
    let clip = SynthClip::render(&params, &Subject::new(&params, 2)?, 3, Expression::Negative)?;
    let still = std::iter::repeat_n(0, STILL_FRAMES);
    let apex = clip.truth.apex;
    let order: Vec<usize> = still.clone().chain(0..apex).chain((0..=apex).rev()).chain(still).collect();
    let frames = clip.frames.select(Axis(0), &order);
    // A grain of its own in every frame, as a camera's.
    let grain = |(frame, row, col): (usize, usize, usize)| {
        let mixed =
            [(frame, 1_299_709), (row, 104_729), (col, 7919)].map(|(at, prime)| at.wrapping_mul(prime));
        (mixed.iter().fold(0, |all, one| all ^ one) % 3) as f32 - 1.0
    };
    let grey = Array3::from_shape_fn(frames.dim(), |at| {
        ((f32::from(frames[at]) + grain(at)) / 255.0).clamp(0.0, 1.0)
    });
    Ok(Clip::new(grey, clip.fps)?)
}

/// What somebody would score who knew the action units of every clip.
fn ceiling(truth: &Path) -> Result<String, Box<dyn Error>> {
    let clips: BTreeMap<String, GeneratedClip> = serde_json::from_slice(&std::fs::read(truth)?)?;
    let ceiling = Ceiling::of_clips(clips.values().map(|clip| (clip.class, &clip.action_units)));
    Ok(format!("knowing the action units: accuracy {:.4}, UF1 {:.4}", ceiling.accuracy(), ceiling.uf1()))
}
