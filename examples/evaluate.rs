//! Leave-one-subject-out evaluation of a dataset: from folders of frames to a table.

mod shared;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use microexpr::classifier::summary;
use microexpr::data::Layout;
use shared::ProgressBars;
use shared::experiment_options::{PipelineOptions, TrainingOptions, label_scheme};

/// How clips are split into training and test.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Protocol {
    /// Leave one subject out.
    Loso,
}

/// Evaluates the classifier on a dataset and writes results.json, predictions.csv, report.html and pictures.
///
/// A run that was stopped goes on where it stopped if it is started again with the same options.
#[derive(Debug, Parser)]
struct Options {
    /// Layout of the dataset: smic, samm, casme2 or manifest
    #[arg(long)]
    dataset: Layout,
    /// Folder of the dataset, or the manifest file [default: $SMIC_ROOT, $SAMM_ROOT, $CASME2_ROOT]
    #[arg(long)]
    root: Option<PathBuf>,
    /// Number of classes: 3 or 5
    #[arg(long, default_value_t = 3)]
    classes: usize,
    /// How clips are split
    #[arg(long, value_enum, default_value = "loso")]
    protocol: Protocol,
    /// How many seeds to run
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the results
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    pipeline: PipelineOptions,
    #[command(flatten)]
    training: TrainingOptions,
}

fn main() -> ExitCode {
    let options = Options::parse();
    shared::run(|| evaluate(&options))
}

fn evaluate(options: &Options) -> Result<(), Box<dyn Error>> {
    let experiment = options.training.experiment(&options.pipeline)?;
    let scheme = label_scheme(options.classes)?;
    let index = options.dataset.read(options.dataset.root(options.root.clone())?)?;
    let seeds: Vec<u64> = (options.seed..options.seed + options.seeds.max(1)).collect();
    let bars = ProgressBars::new();
    let evaluation = match options.protocol {
        Protocol::Loso => experiment.loso(&index, scheme, &seeds, &options.out, &|p| bars.show(p))?,
    };
    bars.finish();
    evaluation.write(&options.out)?;
    print!("{}", summary(&evaluation));
    println!("\nresults: {}", options.out.join("results.json").display());
    println!("report:  {}", options.out.join("report.html").display());
    Ok(())
}
