//! Evaluation of datasets by subject-wise protocols: from folders of frames to a table.

mod shared;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use microexpr::classifier::Protocol;
use microexpr::data::Layout;
use shared::dataset_options::DatasetOptions;
use shared::evaluation_options::EvaluationOptions;
use shared::experiment_options::ExperimentOptions;

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
    #[command(flatten)]
    evaluation: EvaluationOptions,
    #[command(flatten)]
    experiment: ExperimentOptions,
}

fn main() -> ExitCode {
    shared::run(evaluate)
}

fn evaluate(options: &Options) -> Result<(), Box<dyn Error>> {
    let experiment = options.experiment.experiment()?;
    let datasets = options.data.read()?;
    options.evaluation.run(experiment, &datasets, options.data.scheme()?, options.protocol()?)
}

impl Options {
    fn protocol(&self) -> Result<Protocol, Box<dyn Error>> {
        let several = self.data.dataset.len() > 1 || self.data.dataset[0] == Layout::Composite;
        match self.protocol {
            ProtocolName::Loso if several => {
                Err("several datasets are evaluated together by --protocol composite".into())
            }
            ProtocolName::Composite if !several => Err("--protocol composite pools several datasets: \
                 give --dataset (and --root) once for each, or --dataset composite and the root of all three"
                .into()),
            ProtocolName::Loso | ProtocolName::Composite => Ok(Protocol::Loso),
            ProtocolName::KFold => {
                Ok(Protocol::SubjectKFold { folds: self.folds, seed: self.evaluation.seed })
            }
        }
    }
}
