use std::path::PathBuf;

/// What can go wrong between frames and a graph.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// Images or files.
    #[error(transparent)]
    Core(#[from] microexpr_core::CoreError),
    /// A setting outside its range.
    #[error(transparent)]
    Setting(#[from] microexpr_core::OutOfRange),
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
    /// No landmark file beside a clip's frames.
    #[error("{folder}: no {expected} beside the frames", folder = folder.display())]
    NoLandmarkFile {
        /// The clip's folder, or its video.
        folder: PathBuf,
        /// What the file may be called.
        expected: String,
    },
    /// A clip in memory, beside which no landmark file can lie.
    #[error(
        "the settings take landmarks from files, and a clip in memory has none beside it: give its landmarks, or use a model"
    )]
    NoLandmarksGiven,
    /// A clip in memory with landmarks for another number of frames.
    #[error("landmarks of {found} frames were given, but the clip has {expected}")]
    GivenLandmarks {
        /// Frames of the clip.
        expected: usize,
        /// Frames of the landmarks.
        found: usize,
    },
    /// Settings that cannot be written as JSON.
    #[error("the settings cannot be written as JSON")]
    EncodeSettings(#[source] serde_json::Error),
    /// A graph that cannot be encoded.
    #[error("the graph cannot be encoded")]
    EncodeGraph(#[source] postcard::Error),
}

impl PipelineError {
    /// Whether the others of a dataset can go on without the clip that caused this.
    #[must_use]
    pub fn concerns_one_clip(&self) -> bool {
        match self {
            Self::Core(error) => !matches!(error, microexpr_core::CoreError::Write { .. }),
            Self::NoLandmarkFile { .. }
            | Self::Landmarks(_)
            | Self::Magnify(_)
            | Self::Flow(_)
            | Self::Graph(_) => true,
            _ => false,
        }
    }
}
