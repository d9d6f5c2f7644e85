use burn::prelude::*;
use serde::{Deserialize, Serialize};

use crate::GnnError;
use crate::error::OrPanic;

/// How the outputs of all layers become one.
///
/// Source: K. Xu et al., "Representation Learning on Graphs with Jumping Knowledge Networks", ICML 2018; PyTorch Geometric's
/// `JumpingKnowledge`, without its LSTM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum JumpingKnowledge {
    /// Side by side.
    #[default]
    Concatenate,
    /// The largest value of every feature; all layers are equally wide.
    Max,
}

impl JumpingKnowledge {
    /// Width of the result, given those of the layers.
    #[must_use]
    pub fn width(self, layers: &[usize]) -> usize {
        match self {
            Self::Concatenate => layers.iter().sum(),
            Self::Max => layers.first().copied().unwrap_or(0),
        }
    }

    /// Joins the outputs of the layers.
    ///
    /// # Shapes
    ///
    /// - `layers`: `[N, C_l]` each; output: `[N, ΣC_l]` or `[N, C]`
    ///
    /// # Panics
    ///
    /// Without layers, or if their rows (for [`JumpingKnowledge::Max`], their shapes) differ.
    #[must_use]
    pub fn forward<B: Backend>(self, layers: Vec<Tensor<B, 2>>) -> Tensor<B, 2> {
        let holds = !layers.is_empty();
        GnnError::check_setting(holds, "layers", "at least 1", layers.len()).or_panic();
        let [rows, width] = layers[0].dims();
        for layer in &layers {
            let width = if self == Self::Max { width } else { layer.dims()[1] };
            GnnError::check_shape("jumping knowledge's layer", layer.dims(), [rows, width]).or_panic();
        }
        match self {
            Self::Concatenate => Tensor::cat(layers, 1),
            Self::Max => Tensor::stack::<3>(layers, 0).max_dim(0).reshape([rows, width]),
        }
    }
}
