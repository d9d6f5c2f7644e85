use burn::module::Param;
use burn::prelude::*;

use super::op::SelfLogits;
use crate::{SeededRng, initializer};

/// Configuration of [`SelfAttention`].
#[derive(Config, Debug)]
pub struct SelfAttentionConfig {
    /// Width `C` of the transformed node features.
    pub channels: usize,
    /// Width `De` of the edge features.
    pub edge_input: usize,
}

/// Self-attention logits of eq. 1: `f_ij = hᵀ [W x_i ‖ W x_j ‖ W_e x_ij]`.
///
/// Source: P. Veličković et al., "Graph Attention Networks", ICLR 2018; edge features as in PyTorch Geometric's
/// `GATConv(edge_dim)`. `W x` comes from the layer that owns this module.
#[derive(Module, Debug)]
pub struct SelfAttention<B: Backend> {
    /// `W_e`, `[C, De]`.
    pub edge_weight: Param<Tensor<B, 2>>,
    /// `h`, `[3·C]`: parts for node *i*, neighbour *j* and the edge.
    pub attention: Param<Tensor<B, 1>>,
}

impl SelfAttentionConfig {
    /// Draws initial weights (Glorot uniform).
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> SelfAttention<B> {
        let bound = (6.0 / (self.channels + 1) as f32).sqrt();
        SelfAttention {
            edge_weight: initializer::glorot([self.channels, self.edge_input], device, random),
            attention: initializer::uniform([3 * self.channels], bound, device, random),
        }
    }
}

impl<B: Backend> SelfAttention<B> {
    /// Splits the logits into parts of node *i*, neighbour *j* and edge.
    ///
    /// # Shapes
    ///
    /// - `values`: `[N, C]`, transformed node features
    /// - `edge_features`: `[E, De]`
    #[must_use]
    pub fn logits(&self, values: Tensor<B, 2>, edge_features: Tensor<B, 2>) -> SelfLogits<B> {
        let channels = values.dims()[1];
        let attention = self.attention.val();
        let part = |k: usize| attention.clone().narrow(0, k * channels, channels).reshape([channels, 1]);
        let column = |m: Tensor<B, 2>| m.clone().reshape([m.dims()[0]]);
        let edge = self.edge_weight.val().transpose().matmul(part(2));
        SelfLogits {
            target: column(values.clone().matmul(part(0))),
            source: column(values.matmul(part(1))),
            edge: column(edge_features.matmul(edge)),
        }
    }
}
