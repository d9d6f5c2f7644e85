//! Evaluation of datasets by subject-wise protocols: from folders of frames to a table.

mod shared;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use microexpr::pipeline::LandmarkSource;
use shared::dataset_options::DatasetOptions;
use shared::evaluation_options::EvaluationOptions;
use shared::experiment_options::ExperimentOptions;
use shared::landmark_notes::note_landmark_files;
use shared::protocol_options::ProtocolOptions;

/// Evaluates the classifier on datasets and writes results.json, predictions.csv, report.html and pictures.
///
/// A run that was stopped goes on where it stopped if it is started again with the same options. With --shard every
/// machine does a share; `merge` joins the shares to the same result.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    data: DatasetOptions,
    #[command(flatten)]
    protocol: ProtocolOptions,
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
    let mut datasets = options.data.read()?;
    if experiment.settings.pipeline.landmarks == LandmarkSource::Files {
        // Which clips cannot be used, the evaluation itself says.
        datasets.iter_mut().for_each(|dataset| drop(note_landmark_files(dataset)));
    }
    let protocol = options.protocol.protocol(&options.data.dataset, options.evaluation.seed)?;
    options.evaluation.run(experiment, &datasets, options.data.scheme()?, protocol)
}
