//! Trains one network on all clips of a dataset and saves it.

use std::error::Error;
use std::path::PathBuf;

use crate::shared::ProgressBars;
use crate::shared::dataset_options::label_scheme;
use crate::shared::experiment_options::ExperimentOptions;
use crate::shared::landmark_notes::note_points;
use crate::shared::outputs::keep_inputs;
use crate::shared::reading_options::ReadingOptions;
use clap::Parser;
use microexpr::core::atomic_file;
use microexpr::data::Layout;

/// Trains a network on all clips of a dataset, for use by `classify`.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Layout of the dataset: smic, samm, casme2 or manifest
    #[arg(long)]
    dataset: Layout,
    /// Folder of the dataset, or the manifest file [default: $SMIC_ROOT, $SAMM_ROOT, $CASME2_ROOT]
    #[arg(long)]
    root: Option<PathBuf>,
    /// Classes: 3, 5, or a name or file as in `evaluate`
    #[arg(long, value_name = "3|5|NAME|FILE", default_value = "3")]
    classes: String,
    #[command(flatten)]
    reading: ReadingOptions,
    /// Decides initial weights, order and dropout
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// File for the model (safetensors)
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    experiment: ExperimentOptions,
}

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let experiment = options.experiment.experiment()?;
    atomic_file::check_file(&options.out)?;
    let scheme = label_scheme(&options.classes, &[options.dataset])?;
    options.reading.check(&[options.dataset])?;
    let mut index = options.reading.read(options.dataset, options.root.clone())?;
    note_points(&mut index, &experiment.settings.pipeline.landmarks);
    let frames = index.clips.iter().flat_map(|clip| &clip.frames).map(PathBuf::as_path);
    let files = options.root.as_deref().filter(|root| root.is_file());
    keep_inputs(&[("--out", Some(&options.out))], &frames.chain(files).collect::<Vec<_>>())?;
    let bars = ProgressBars::new();
    let (model, skipped) = experiment.train(&index, scheme, options.seed, &|p| bars.show(p))?;
    bars.finish();
    model.save(&options.out)?;
    index.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
    for clip in &skipped {
        eprintln!("left out {}: {}", clip.id, clip.reason);
    }
    println!("{} ({})", options.out.display(), model.description.trained_on);
    Ok(())
}
