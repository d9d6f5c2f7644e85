use std::path::PathBuf;

use crate::{Device, Shard};

/// What can go wrong between a folder of clips and a table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClassifierError {
    /// Images or files.
    #[error(transparent)]
    Core(#[from] microexpr_core::CoreError),
    /// Magnification.
    #[error("motion magnification failed")]
    Magnify(#[from] microexpr_magnify::MagnifyError),
    /// Optical flow or frame selection.
    #[error("optical flow failed")]
    Flow(#[from] microexpr_flow::FlowError),
    /// Faces and landmarks.
    #[error(transparent)]
    Landmarks(#[from] microexpr_landmarks::LandmarkError),
    /// The landmark graph.
    #[error("the landmark graph cannot be built")]
    Graph(#[from] microexpr_graph::GraphError),
    /// Datasets and protocols.
    #[error(transparent)]
    Data(#[from] microexpr_data::DataError),
    /// The network's input.
    #[error("the network cannot take these graphs")]
    Gnn(#[from] microexpr_gnn::GnnError),
    /// No landmark file beside a clip's frames.
    #[error("{folder}: no landmarks.csv or landmarks.json beside the frames", folder = folder.display())]
    NoLandmarkFile {
        /// The clip's folder.
        folder: PathBuf,
    },
    /// A landmark file for another number of frames.
    #[error("{path}: landmarks of {found} frames, but the clip has {expected}", path = path.display())]
    LandmarkFrames {
        /// The landmark file.
        path: PathBuf,
        /// Frames of the clip.
        expected: usize,
        /// Frames in the file.
        found: usize,
    },
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
    /// A split by subject of a single subject.
    #[error("a split by subject needs at least two subjects with usable clips, found {found}")]
    TooFewSubjects {
        /// Subjects found.
        found: usize,
    },
    /// A share that does not exist.
    #[error("`{found}` is no share of an evaluation; expected I/N with I from 1 to N, such as 2/8")]
    InvalidShard {
        /// What was given.
        found: String,
    },
    /// A file that is no share of an evaluation.
    #[error("{path}: not a share written by `evaluate --shard`", path = path.display())]
    InvalidPart {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        #[source]
        source: serde_json::Error,
    },
    /// A file that holds no evaluation.
    #[error("{path}: not a results.json written by `evaluate`", path = path.display())]
    InvalidResults {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        #[source]
        source: serde_json::Error,
    },
    /// Evaluations that cannot be compared.
    #[error("the two evaluations cannot be compared: {reason}")]
    NotComparable {
        /// What differs.
        reason: String,
    },
    /// Nothing to merge.
    #[error("there is no share to merge")]
    NoParts,
    /// Shares of different evaluations.
    #[error("shares {first} and {other} do not belong together: data, protocol, seeds or settings differ")]
    PartsDiffer {
        /// The first share.
        first: Shard,
        /// The one that differs from it.
        other: Shard,
    },
    /// Shares that do not hold every fold.
    #[error(
        "{missing} of {total} folds are missing, the first is {held_out} with seed {seed}; run their share"
    )]
    MissingFolds {
        /// Folds missing.
        missing: usize,
        /// Folds of the evaluation.
        total: usize,
        /// What the first missing fold holds out.
        held_out: String,
        /// Its seed.
        seed: u64,
    },
    /// A setting outside its range.
    #[error("{setting} must be {expected}, found {found}")]
    Setting {
        /// Name of the setting.
        setting: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: String,
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
    #[error("unknown preset `{found}`; expected paper or recommended")]
    UnknownPreset {
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
    /// A cache entry that cannot be encoded.
    #[error("a cache entry cannot be encoded")]
    EncodeCache(#[source] postcard::Error),
    /// Weights that cannot be encoded or do not fit.
    #[error("the network's weights cannot be converted: {reason}")]
    EncodeModel {
        /// Why.
        reason: String,
    },
    /// A file that is no saved model.
    #[error("{path}: not a model saved by `train`: {reason}", path = path.display())]
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

impl ClassifierError {
    /// Whether the others of a dataset can go on without the clip that caused this.
    pub(crate) fn concerns_one_clip(&self) -> bool {
        match self {
            Self::Core(error) => !matches!(error, microexpr_core::CoreError::Write { .. }),
            Self::NoLandmarkFile { .. }
            | Self::LandmarkFrames { .. }
            | Self::ReadFile { .. }
            | Self::Landmarks(_)
            | Self::Magnify(_)
            | Self::Flow(_)
            | Self::Graph(_) => true,
            _ => false,
        }
    }
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

fn feature(device: Device) -> &'static str {
    match device {
        Device::Cpu => "flex",
        Device::Cuda => "cuda",
        Device::Wgpu => "wgpu",
    }
}
