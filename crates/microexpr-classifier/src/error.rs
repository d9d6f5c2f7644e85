use std::path::PathBuf;

use crate::Device;

/// What can go wrong between a folder of clips and a table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClassifierError {
    /// Images or files.
    #[error(transparent)]
    Core(#[from] microexpr_core::CoreError),
    /// Frames to graphs.
    #[error(transparent)]
    Pipeline(#[from] microexpr_pipeline::PipelineError),
    /// Protocols, folds, shares.
    #[error(transparent)]
    Evaluation(#[from] microexpr_evaluation::EvaluationError),
    /// Datasets.
    #[error(transparent)]
    Data(#[from] microexpr_data::DataError),
    /// The network's input.
    #[error("the network cannot take these graphs")]
    Gnn(#[from] microexpr_gnn::GnnError),
    /// A file that cannot be read.
    #[error("{path}: cannot be read", path = path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// The reason given by the system.
        #[source]
        source: std::io::Error,
    },
    /// No clip could be used.
    #[error("none of the {clips} clips can be used; the first reason is: {reason}")]
    NoUsableClips {
        /// Clips that were tried.
        clips: usize,
        /// Why the first one failed.
        reason: String,
    },
    /// A training set without clips.
    #[error("there is no clip to train on")]
    NoTrainingClips,
    /// A file that is no share of an evaluation.
    #[error("{path}: not a share of an evaluation", path = path.display())]
    InvalidPart {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        #[source]
        source: serde_json::Error,
    },
    /// A setting outside its range.
    #[error(transparent)]
    OutOfRange(#[from] microexpr_core::OutOfRange),
    /// A machine, or a layer fitted like one, that has no solution.
    #[error("the {machine} cannot be fitted: {reason}")]
    Machine {
        /// Which one.
        machine: &'static str,
        /// Why.
        reason: String,
    },
    /// Training that ran away.
    #[error("training diverged: the loss of epoch {epoch} is {loss}; lower `training.learning_rate`")]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// Its mean loss.
        loss: f64,
    },
    /// Weights that are no numbers.
    #[error("training diverged: the weight {name} is {value}; lower `training.learning_rate`")]
    DivergedWeight {
        /// The weight's name.
        name: String,
        /// The value.
        value: f32,
    },
    /// An example without a graph.
    #[error("example {example} has no graph with nodes")]
    NoGraph {
        /// Index of the example.
        example: usize,
    },
    /// Graphs that cannot lie side by side.
    #[error(
        "a graph of example {example} has {} landmarks and {} + {} values a node, where {} landmarks and {} + {} values are expected",
        found[0], found[1], found[2], expected[0], expected[1], expected[2]
    )]
    UnlikeGraphs {
        /// Index of the example.
        example: usize,
        /// Landmarks, values per node of stream 1 and stream 2 of the first graph or the trained network.
        expected: [usize; 3],
        /// Those of this one.
        found: [usize; 3],
    },
    /// A picture of a face where only graphs were given.
    #[error("{path}: there is no face to draw on: the answer is for graphs, not for frames", path = path.display())]
    NoFace {
        /// The file.
        path: PathBuf,
    },
    /// A setting that does not exist.
    #[error("unknown setting `{key}`; {expected}")]
    UnknownSetting {
        /// Its path.
        key: String,
        /// What there is in its place.
        expected: String,
    },
    /// A text that does not hold settings.
    #[error("these are no settings")]
    DecodeSettings(#[source] serde_json::Error),
    /// An unknown device name.
    #[error("unknown device `{found}`; expected cpu, cuda or wgpu")]
    UnknownDevice {
        /// The name given.
        found: String,
    },
    /// An unknown preset.
    #[error("unknown preset `{found}`; expected paper, recommended or flow-maps")]
    UnknownPreset {
        /// The name given.
        found: String,
    },
    /// An unknown learner.
    #[error("unknown learner `{found}`; expected network, linear, rbf, kernel-ridge or ststnet")]
    UnknownLearner {
        /// The name given.
        found: String,
    },
    /// A learner of flow maps asked to learn from recordings.
    #[error("STSTNet learns from flow maps: make them of the recordings first, or choose another learner")]
    NeedsFlowMaps,
    /// An unknown variant of an ablation.
    #[error("unknown variant `{found}`; expected one of {}", variants())]
    UnknownVariant {
        /// The name given.
        found: String,
    },
    /// A device that this build does not include.
    #[error("this program was built without the device {device}; build it with `--features {}`", feature(*.device))]
    DeviceNotBuilt {
        /// The device asked for.
        device: Device,
    },
    /// A device that cannot start.
    #[error("the device {device} cannot start: {reason}")]
    DeviceUnavailable {
        /// The device asked for.
        device: Device,
        /// Why.
        reason: String,
    },
    /// Settings that cannot be written as JSON.
    #[error("the settings cannot be written as JSON")]
    EncodeSettings(#[source] serde_json::Error),
    /// Weights that cannot be encoded or do not fit.
    #[error("the network's weights cannot be converted: {reason}")]
    EncodeModel {
        /// Why.
        reason: String,
    },
    /// A file that is no saved model.
    #[error("{path}: not a saved model: {reason}", path = path.display())]
    InvalidModel {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// A picture that cannot be drawn.
    #[error("{path}: the picture cannot be drawn: {reason}", path = path.display())]
    Picture {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// An error and its causes on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn variants() -> String {
    crate::Variant::ALL.map(crate::Variant::name).join(", ")
}

fn feature(device: Device) -> &'static str {
    match device {
        Device::Cpu => "flex",
        Device::Cuda => "cuda",
        Device::Wgpu => "wgpu",
    }
}
