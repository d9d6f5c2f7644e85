//! The whole path with no arguments and no data: generated clips in SMIC's layout, the full pipeline, a
//! leave-one-subject-out evaluation, and a report.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use crate::shared::{ProgressBars, progress_bar};
use clap::Parser;
use microexpr::classifier::{Preset, summary};
use microexpr::data::{LabelScheme, Layout};
use microexpr::pipeline::LandmarkSource;
use microexpr::prelude::{Cache, Device, Experiment};
use microexpr_synth::{Ceiling, GeneratedClip, SynthParams, write_dataset};

/// Everything goes into this folder, below the current one.
const FOLDER: &str = "quickstart";

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
    println!(
        "\n{:.0} s. Results, pictures and the report (report.html) are in {}",
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

/// What somebody would score who knew the action units of every clip.
fn ceiling(truth: &Path) -> Result<String, Box<dyn Error>> {
    let clips: BTreeMap<String, GeneratedClip> = serde_json::from_slice(&std::fs::read(truth)?)?;
    let ceiling = Ceiling::of_clips(clips.values().map(|clip| (clip.class, &clip.action_units)));
    Ok(format!("knowing the action units: accuracy {:.4}, UF1 {:.4}", ceiling.accuracy(), ceiling.uf1()))
}
