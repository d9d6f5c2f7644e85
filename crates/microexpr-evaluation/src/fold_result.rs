use serde::{Deserialize, Serialize};

use crate::{Explanation, TrainingLog};

/// A learner's answer for one example that it did not learn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipPrediction {
    /// Name of the example: `dataset/subject/clip`.
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
    /// What the answer rests on.
    #[serde(flatten)]
    pub explanation: Explanation,
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

/// One finished fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoldResult {
    /// Who or what was tested on.
    pub held_out: String,
    /// Seed of the run.
    pub seed: u64,
    /// Examples learned from, without copies.
    pub training_clips: usize,
    /// Answers for the held-out examples.
    pub predictions: Vec<ClipPrediction>,
    /// How training went.
    #[serde(flatten)]
    pub log: TrainingLog,
    /// Time of training and testing, in seconds.
    pub seconds: f64,
}
