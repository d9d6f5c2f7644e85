use serde::{Deserialize, Serialize};

use crate::FlowError;

/// Which frames of a clip are kept, and why. Serialised ones are checked when they are read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Selection {
    /// Motion of every frame, in summed pixels.
    pub intensity: Vec<f64>,
    /// Mean intensity of every frame's segment; the lowest one where segments overlap.
    pub threshold: Vec<f64>,
    /// Indices of the kept frames, ascending; the first and the last frame are always among them.
    pub kept: Vec<usize>,
}

/// A selection as it is written.
#[derive(Deserialize)]
#[serde(rename = "Selection")]
struct Unchecked {
    intensity: Vec<f64>,
    threshold: Vec<f64>,
    kept: Vec<usize>,
}

impl TryFrom<Unchecked> for Selection {
    type Error = FlowError;

    fn try_from(Unchecked { intensity, threshold, kept }: Unchecked) -> Result<Self, FlowError> {
        let frames = intensity.len();
        if threshold.len() != frames {
            return Err(FlowError::ThresholdCount { expected: frames, found: threshold.len() });
        }
        let both_ends = kept.first() == Some(&0) && kept.last().map(|last| last + 1) == Some(frames);
        if !(both_ends && kept.windows(2).all(|pair| pair[0] < pair[1])) {
            return Err(FlowError::KeptFrames { frames });
        }
        Ok(Self { intensity, threshold, kept })
    }
}
