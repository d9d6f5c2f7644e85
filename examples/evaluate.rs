//! Evaluation of datasets by subject-wise protocols: from folders of frames to a table.

mod shared;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use microexpr::classifier::{Evaluation, EvaluationRequest, Protocol, Shard};
use shared::dataset_options::DatasetOptions;
use shared::experiment_options::{PipelineOptions, TrainingOptions};
use shared::{ProgressBars, finish_evaluation};

/// How clips are split into training and test.
#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum ProtocolName {
    /// Leave one subject out.
    Loso,
    /// Leave one subject out over several datasets together.
    Composite,
    /// A few folds of whole subjects, see --folds.
    KFold,
}

/// Evaluates the classifier on datasets and writes results.json, predictions.csv, report.html and pictures.
///
/// A run that was stopped goes on where it stopped if it is started again with the same options. With --shard every
/// machine does a share; `merge` joins the shares to the same result.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    data: DatasetOptions,
    /// How clips are split
    #[arg(long, value_enum, default_value = "loso")]
    protocol: ProtocolName,
    /// Number of folds of --protocol k-fold
    #[arg(long, default_value_t = 10)]
    folds: usize,
    /// How many seeds to run
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Run only share I of N of the folds and write shard-I-of-N.json for `merge`
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
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
    let datasets = options.data.read()?;
    let seeds: Vec<u64> = (options.seed..options.seed + options.seeds.max(1)).collect();
    let request = EvaluationRequest {
        datasets: &datasets,
        scheme: options.data.scheme()?,
        protocol: options.protocol()?,
        seeds: &seeds,
        shard: options.shard.unwrap_or(Shard::WHOLE),
        out: &options.out,
    };
    let bars = ProgressBars::new();
    let part = experiment.evaluate(&request, &|p| bars.show(p))?;
    bars.finish();
    if options.shard.is_some() {
        part.write(&options.out)?;
        println!("{}", options.out.join(part.shard.file_name()).display());
        return Ok(());
    }
    finish_evaluation(&Evaluation::merge(vec![part])?, &options.out)
}

impl Options {
    fn protocol(&self) -> Result<Protocol, Box<dyn Error>> {
        let several = self.data.dataset.len() > 1;
        match self.protocol {
            ProtocolName::Loso if several => {
                Err("several datasets are evaluated together by --protocol composite".into())
            }
            ProtocolName::Composite if !several => Err("--protocol composite pools several datasets: \
                 give --dataset (and --root) once for each"
                .into()),
            ProtocolName::Loso | ProtocolName::Composite => Ok(Protocol::Loso),
            ProtocolName::KFold => Ok(Protocol::SubjectKFold { folds: self.folds, seed: self.seed }),
        }
    }
}
