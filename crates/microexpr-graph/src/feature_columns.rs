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

    /// Moves rows of `width` values, one landmark after the other, frame after frame, to their columns.
    ///
    /// # Panics
    ///
    /// If `width` is 0.
    #[must_use]
    pub fn arrange(self, rows: Vec<f32>, width: usize, landmarks: usize) -> Vec<f32> {
        if self == Self::Shared {
            return rows;
        }
        let wide = self.width(width, landmarks);
        let mut arranged = vec![0.0; rows.len() * landmarks];
        for (node, row) in rows.chunks_exact(width).enumerate() {
            let start = node * wide + node % landmarks * width;
            arranged[start..start + width].copy_from_slice(row);
        }
        arranged
    }
}
