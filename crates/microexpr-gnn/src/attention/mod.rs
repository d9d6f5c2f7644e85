//! Attention over the incoming edges of every node.
//!
//! | module | holds |
//! |---|---|
//! | `gat_conv`, `gatv2_conv` | graph attention with edge features and heads, alone |
//! | `gaussian_conv` | Gaussian attention, alone |
//! | `adaptive` | eqs. 7–8: the layer that fuses both |
//! | `self_attention` | eqs. 1–2: logits of that layer's self-attention |
//! | `gaussian` | eqs. 3–6: Gaussian density of node pairs |
//! | `op` | the attention itself as one backend operation |
//! | `reference` | that operation in plain tensor operations, for every backend |
//! | `fused` | what a backend needs for an operation of its own, and its gradient |
//! | `flex` | the operation fused by hand for the CPU backend |
//! | `cube` | the operation fused for every CubeCL runtime: CUDA, Vulkan, Metal, DirectX 12 |

mod activation;
mod adaptive;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
mod cube;
#[cfg(feature = "flex")]
mod flex;
mod fused;
mod gat_conv;
mod gatv2_conv;
mod gaussian;
mod gaussian_conv;
mod heads;
mod op;
pub mod reference;
mod self_attention;

use burn::module::Param;
use burn::prelude::*;

use crate::{SeededRng, initializer};

pub use activation::Activation;
pub use adaptive::{AdaptiveAttention, AdaptiveAttentionConfig, Fusion};
#[cfg(any(feature = "cuda", feature = "wgpu"))]
pub use cube::EdgesOnDevice;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
pub(crate) use cube::launch as cube_launch;
#[cfg(feature = "flex")]
pub(crate) use flex::flex_matrix;
pub use fused::{AttentionForward, AttentionOperands, Direction, FusedBackend, OPERANDS};
pub use gat_conv::{GatConv, GatConvConfig};
pub use gatv2_conv::{Gatv2Conv, Gatv2ConvConfig};
pub use gaussian::{DensityReduction, GaussianAttention, GaussianAttentionConfig};
pub use gaussian_conv::{GaussianConv, GaussianConvConfig};
pub use heads::HeadMerge;
pub use op::{
    AttentionInputs, AttentionOutput, AttentionSettings, AttentionWeights, GaussianTerms, GraphBackend,
    SelfLogits,
};
pub use self_attention::{SelfAttention, SelfAttentionConfig, SelfAttentionKind};

/// Glorot uniform for attention vectors of `heads` heads of `channels` values, `[heads·channels]`.
fn initial_attention<B: Backend>(
    heads: usize,
    channels: usize,
    device: &B::Device,
    random: &mut SeededRng,
) -> Param<Tensor<B, 1>> {
    initializer::uniform([heads * channels], (6.0 / (channels + 1) as f32).sqrt(), device, random)
}
