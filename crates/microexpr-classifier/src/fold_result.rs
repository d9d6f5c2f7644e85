use serde::{Deserialize, Serialize};

use crate::{ChosenEpoch, FrameExplanation};

/// The network's answer for one clip that it was not trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipPrediction {
    /// `dataset/subject/clip`.
    pub clip: String,
    /// The subject.
    pub subject: String,
    /// Seed of the run.
    pub seed: u64,
    /// True class.
    pub truth: usize,
    /// Predicted class.
    pub predicted: usize,
    /// Probability of every class.
    pub probabilities: Vec<f64>,
    /// Attention that each landmark receives, averaged over kept frames, layers and streams; mean 1.
    pub attention: Vec<f64>,
    /// By how much the answer's probability falls when a landmark's node features are set to 0, landmark by landmark.
    #[serde(default)]
    pub relevance: Vec<f64>,
    /// The frames that have nodes, and what the answer owes to each.
    #[serde(default)]
    pub frames: Vec<FrameExplanation>,
}

impl ClipPrediction {
    /// Whether the answer is the true class.
    #[must_use]
    pub fn is_correct(&self) -> bool {
        self.predicted == self.truth
    }

    /// Probability of the answer.
    #[must_use]
    pub fn probability(&self) -> f64 {
        self.probabilities.get(self.predicted).copied().unwrap_or_default()
    }
}

/// One trained fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoldResult {
    /// The subject tested on.
    pub held_out: String,
    /// Seed of the run.
    pub seed: u64,
    /// Training clips.
    pub training_clips: usize,
    /// Magnified copies added to balance the classes.
    pub copies: usize,
    /// Answers for the held-out subject's clips.
    pub predictions: Vec<ClipPrediction>,
    /// Mean training loss of every epoch.
    pub losses: Vec<f64>,
    /// How the number of epochs was chosen, if it was not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_epoch: Option<ChosenEpoch>,
    /// λ of every layer, first stream 1, then stream 2.
    pub lambdas: Vec<f64>,
    /// Time of training and testing, in seconds.
    pub seconds: f64,
}
