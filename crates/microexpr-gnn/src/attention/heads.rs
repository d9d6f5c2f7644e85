//! Several attention heads side by side.

use burn::prelude::*;
use serde::{Deserialize, Serialize};

/// How the outputs of several heads become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadMerge {
    /// Side by side: the output is as wide as all heads together.
    #[default]
    #[serde(alias = "Concatenate")]
    Concatenate,
    /// Their mean: the output is as wide as one head.
    #[serde(alias = "Mean")]
    Mean,
}

impl HeadMerge {
    /// Width of the merged output.
    #[must_use]
    pub fn width(self, heads: usize, channels: usize) -> usize {
        match self {
            Self::Concatenate => heads * channels,
            Self::Mean => channels,
        }
    }

    /// `[N, H·C]`, head by head, to `[N, H·C]` or `[N, C]`.
    pub(crate) fn merge<B: Backend>(self, values: Tensor<B, 2>, heads: usize) -> Tensor<B, 2> {
        let [nodes, width] = values.dims();
        match self {
            Self::Concatenate => values,
            Self::Mean => {
                let channels = width / heads;
                values.reshape([nodes, heads, channels]).mean_dim(1).reshape([nodes, channels])
            }
        }
    }
}

/// A matrix `[C, H]` whose column `h` holds the part of `attention` that belongs to head `h`: a product with it scores
/// every head at once.
pub(super) fn head_sums<B: Backend>(attention: Tensor<B, 1>, heads: usize) -> Tensor<B, 2> {
    let channels = attention.dims()[0];
    let column = attention.reshape([channels, 1]);
    if heads == 1 {
        return column;
    }
    let mask = head_mask([channels, heads], &column);
    column * mask
}

/// `[C, H]`: 1 where a channel belongs to a head, else 0, on the device and in the precision of `like`.
pub(crate) fn head_mask<B: Backend>([channels, heads]: [usize; 2], like: &Tensor<B, 2>) -> Tensor<B, 2> {
    let own = |place: usize| if place / heads / (channels / heads) == place % heads { 1.0f32 } else { 0.0 };
    let mask: Vec<f32> = (0..channels * heads).map(own).collect();
    Tensor::from_data(TensorData::new(mask, [channels, heads]), (&like.device(), like.dtype()))
}
