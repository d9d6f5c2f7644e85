//! Evaluation of datasets by subject-wise protocols: from folders of frames, or flow maps, to a table.

use std::error::Error;

use crate::shared::dataset_options::DatasetOptions;
use crate::shared::evaluation_options::EvaluationOptions;
use crate::shared::experiment_options::ExperimentOptions;
use crate::shared::landmark_notes::note_points;
use crate::shared::outputs::keep_inputs_of_evaluation;
use crate::shared::protocol_options::ProtocolOptions;
use clap::Parser;
use microexpr::classifier::{FlowMapExperiment, LearnerName, Preset};
use microexpr::prelude::Experiment;

/// Evaluates the classifier on datasets and writes results.json, predictions.csv, report.html and pictures.
///
/// Several --learner are evaluated on the same folds, each into OUT/LEARNER, and compared in OUT/rivals.html.
///
/// A run that was stopped goes on where it stopped if it is started again with the same options. With --shard every
/// machine does a share; `merge` joins the shares to the same result.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    #[command(flatten)]
    data: DatasetOptions,
    /// Who learns: network, linear and rbf (support vector machines), kernel-ridge, ststnet (of flow maps); several, with
    /// commas between, are compared with the first
    #[arg(long, value_delimiter = ',', default_value = "network")]
    learner: Vec<LearnerName>,
    #[command(flatten)]
    protocol: ProtocolOptions,
    #[command(flatten)]
    evaluation: EvaluationOptions,
    #[command(flatten)]
    experiment: ExperimentOptions,
}

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let learners = learners(&options.learner)?;
    keep_inputs_of_evaluation(options.evaluation.out(), &options.data.files())?;
    if options.data.is_flow_maps() {
        return evaluate_flow_maps(options, &learners);
    }
    // Epochs are chosen of a network that is trained by steps.
    let experiment = if options.evaluation.chooses_epochs() {
        options.experiment.experiment_from(Preset::Attention)?
    } else {
        options.experiment.experiment()?
    };
    let mut datasets = options.data.read()?;
    let points = &experiment.settings.pipeline.landmarks;
    datasets.iter_mut().for_each(|dataset| note_points(dataset, points));
    let protocol = options.protocol.protocol(&options.data.layouts(), options.evaluation.seed)?;
    options.evaluation.run(&learners, experiment, &datasets, options.data.scheme()?, protocol)
}

fn evaluate_flow_maps(options: &Options, learners: &[LearnerName]) -> Result<(), Box<dyn Error>> {
    let Experiment { mut settings, device, .. } = options.experiment.experiment_from(Preset::FlowMaps)?;
    options.evaluation.apply(&mut settings);
    let index = options.data.read_flow_maps()?;
    let protocol = options.protocol.of_flow_maps(options.evaluation.seed);
    options.evaluation.run_all(learners, &|learner, out, progress| {
        let experiment = FlowMapExperiment {
            index: &index,
            learner,
            settings: &settings,
            device,
            protocol: protocol.clone(),
            seeds: &options.evaluation.seeds_of(learner),
            shard: options.evaluation.shard_or_whole(),
            out,
            leaks: options.evaluation.leaks(),
        };
        experiment.evaluate(progress)
    })
}

/// The learners, each once.
fn learners(named: &[LearnerName]) -> Result<Vec<LearnerName>, Box<dyn Error>> {
    let mut learners = Vec::new();
    for learner in named {
        if learners.contains(learner) {
            return Err(format!("--learner names {learner} twice").into());
        }
        learners.push(*learner);
    }
    Ok(learners)
}
