use serde::{Deserialize, Serialize};

/// What an answer rests on, part by part of the example; empty where a learner cannot tell.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Explanation {
    /// Attention that each part (landmark) receives, averaged over frames, layers and streams; mean 1.
    pub attention: Vec<f64>,
    /// By how much the answer's probability falls when a part's features are hidden, part by part.
    pub relevance: Vec<f64>,
    /// The frames that the learner saw, and what the answer owes to each.
    pub frames: Vec<FrameExplanation>,
}

/// What a learner makes of one frame of a clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameExplanation {
    /// Number of the frame in the clip, from 0.
    pub frame: usize,
    /// Where it lies between the first frame (0) and the last (1).
    pub place: f64,
    /// Attention that it receives, averaged over landmarks, layers and streams; the mean over the frames of a graph is 1, or 0
    /// where the learner has no attention.
    pub attention: f64,
    /// By how much the answer's probability falls when the features of this frame are hidden, if that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relevance: Option<f64>,
}
