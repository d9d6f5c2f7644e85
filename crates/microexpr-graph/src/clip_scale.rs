//! The scale of a clip's node features.

use serde::{Deserialize, Serialize};

/// What the node features of a clip are divided by before they enter the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ClipScale {
    /// Nothing: values keep their unit, and whoever trains standardises them over the training clips.
    #[default]
    AsMeasured,
    /// All values of a clip are shifted to mean 0 and scaled to standard deviation 1: comparable without
    /// any knowledge of other clips, but a clip's overall strength of motion is lost.
    PerClip,
    /// All values of a clip are divided by their root mean square: what rests stays 0, a clip's overall strength of motion is lost.
    RootMeanSquare,
}

/// Deviations below this share of the largest value are rounding, not motion.
const STILL: f64 = 1e-6;

impl ClipScale {
    pub(crate) fn apply(self, values: &mut [f32]) {
        if self == Self::AsMeasured || values.is_empty() {
            return;
        }
        let count = values.len() as f64;
        let mean = match self {
            Self::PerClip => values.iter().map(|v| f64::from(*v)).sum::<f64>() / count,
            _ => 0.0,
        };
        let variance = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / count;
        let largest = values.iter().fold(0.0f64, |m, v| m.max(f64::from(*v).abs()));
        // A clip in which nothing differs has nothing to scale: all values become 0.
        let scale = if variance.sqrt() > STILL * largest { 1.0 / variance.sqrt() } else { 0.0 };
        for value in values {
            *value = ((f64::from(*value) - mean) * scale) as f32;
        }
    }
}
