//! Which columns a landmark's features stand in.

use serde::{Deserialize, Serialize};

/// Whether all landmarks share the columns of their node features or each has its own.
///
/// Attention layers and readouts do not know one landmark from another: "up" at a brow and "up" at a mouth corner are the
/// same to them unless the features tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FeatureColumns {
    /// The same columns for all landmarks, as in the paper.
    #[default]
    Shared,
    /// `landmarks` blocks of columns; a landmark fills its own and leaves the others 0, so that a layer has weights of its
    /// own for every landmark.
    PerLandmark,
}

impl FeatureColumns {
    /// Width of node features of `width` values in a graph of `landmarks` landmarks.
    #[must_use]
    pub fn width(self, width: usize, landmarks: usize) -> usize {
        match self {
            Self::Shared => width,
            Self::PerLandmark => width * landmarks,
        }
    }

    /// The first of the columns where node `t·landmarks + i` has its `width` values.
    ///
    /// # Panics
    ///
    /// If `landmarks` is 0.
    #[must_use]
    pub fn first(self, node: usize, width: usize, landmarks: usize) -> usize {
        match self {
            Self::Shared => 0,
            Self::PerLandmark => node % landmarks * width,
        }
    }
}
