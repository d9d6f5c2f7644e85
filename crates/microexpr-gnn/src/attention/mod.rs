//! Attention over the incoming edges of every node.
//!
//! | module | holds |
//! |---|---|
//! | `gat_conv`, `gatv2_conv` | graph attention with edge features and heads, alone |
//! | `gaussian_conv` | Gaussian attention, alone |
//! | `adaptive`, `fusion` | eqs. 7–8: the layer that fuses both |
//! | `self_attention` | eqs. 1–2: logits of that layer's self-attention |
//! | `gaussian` | eqs. 3–6: Gaussian density of node pairs |
//! | `attend` | what layers with self-attention alone share |
//! | `messages` | the layers with self-attention alone, as messages along edges |
//! | `inputs`, `settings`, `output` | what the attention itself works on and gives |
//! | `reference` | that operation in plain tensor operations, for every backend |
//! | `fused` | what a backend needs for an operation of its own, its gradient, and which backends have it |
//! | `operands` | the operands of such an operation, or one thing for each |
//! | `flex` | the operation fused by hand for the CPU backend |
//! | `cube` | the operation fused for every CubeCL runtime: CUDA, Vulkan, Metal, DirectX 12 |

mod activation;
mod adaptive;
pub(crate) mod attend;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
mod cube;
#[cfg(feature = "flex")]
pub(crate) mod flex;
pub(crate) mod fused;
mod fusion;
mod gat_conv;
mod gatv2_conv;
mod gaussian;
mod gaussian_conv;
mod heads;
mod inputs;
mod messages;
mod operands;
mod output;
pub mod reference;
mod self_attention;
mod settings;

use burn::module::Param;
use burn::prelude::*;

use crate::{GnnError, SeededRng, initializer};

pub use activation::Activation;
pub use adaptive::{AdaptiveAttention, AdaptiveAttentionConfig};
#[cfg(any(feature = "cuda", feature = "wgpu"))]
pub use cube::EdgesOnDevice;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
pub(crate) use cube::launch as cube_launch;
#[cfg(feature = "flex")]
pub(crate) use flex::flex_matrix;
pub use fused::{AttentionForward, Direction, FusedBackend};
pub use fusion::Fusion;
pub use gat_conv::{GatConv, GatConvConfig};
pub use gatv2_conv::{Gatv2Conv, Gatv2ConvConfig};
pub use gaussian::{DensityReduction, GaussianAttention, GaussianAttentionConfig};
pub use gaussian_conv::{GaussianConv, GaussianConvConfig};
pub use heads::HeadMerge;
pub(crate) use heads::head_mask;
pub use inputs::{AttentionInputs, GaussianTerms, SelfLogits};
pub use operands::{AttentionOperands, GaussianOperands, SelfOperands};
pub use output::{AttentionOutput, AttentionWeights};
pub use self_attention::{SelfAttention, SelfAttentionConfig, SelfAttentionKind};
pub use settings::AttentionSettings;

/// Glorot uniform for attention vectors of `heads` heads of `channels` values, `[heads·channels]`.
fn initial_attention<B: Backend>(
    heads: usize,
    channels: usize,
    device: &B::Device,
    random: &mut SeededRng,
) -> Param<Tensor<B, 1>> {
    initializer::uniform([heads * channels], (6.0 / (channels + 1) as f32).sqrt(), device, random)
}

/// What the attention layers with heads side by side ask of their settings.
pub(crate) fn check_conv(
    input: usize,
    output: usize,
    heads: usize,
    edge_input: Option<usize>,
) -> Result<(), GnnError> {
    GnnError::check_widths(input, output)?;
    GnnError::check_setting(heads > 0, "heads", "at least 1", heads)?;
    GnnError::check_setting(edge_input != Some(0), "edge_input", "at least 1, or none", 0)
}

fn check_variance_floor(floor: f64) -> Result<(), GnnError> {
    GnnError::check_setting(floor > 0.0 && floor.is_finite(), "variance_floor", "positive and finite", floor)
}
