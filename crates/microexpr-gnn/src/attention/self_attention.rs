use burn::module::Param;
use burn::prelude::*;
use serde::{Deserialize, Serialize};

use super::SelfLogits;
use super::attend::gatv2_logits;
use super::heads::head_sums;
use crate::dense_map::dense_map;
use crate::error::OrPanic;
use crate::{GnnError, GraphBackend, GraphBatch, SeededRng, initializer};

/// How self-attention scores a pair of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SelfAttentionKind {
    /// Eq. 1: `LeakyReLU(hᵀ [W x_i ‖ W x_j ‖ W_e x_ij])`.
    #[default]
    #[serde(alias = "Gat")]
    Gat,
    /// `hᵀ LeakyReLU(W x_i + W x_j + W_e x_ij)`: which neighbour scores highest may differ from node to node.
    ///
    /// Source: S. Brody, U. Alon, E. Yahav, "How Attentive are Graph Attention Networks?", ICLR 2022, with shared weights.
    #[serde(alias = "Gatv2")]
    Gatv2,
}

/// Configuration of [`SelfAttention`].
#[derive(Config, Debug)]
pub struct SelfAttentionConfig {
    /// Width `C` of the transformed node features.
    pub channels: usize,
    /// Width `De` of the edge features.
    pub edge_input: usize,
    /// Number of heads `H`; each scores `C / H` of the channels.
    #[config(default = 1)]
    pub heads: usize,
    /// How pairs are scored.
    #[config(default = "SelfAttentionKind::Gat")]
    pub kind: SelfAttentionKind,
}

/// Self-attention logits of eq. 1: `f_ij = hᵀ [W x_i ‖ W x_j ‖ W_e x_ij]`.
///
/// Source: P. Veličković et al., "Graph Attention Networks", ICLR 2018; edge features as in PyTorch Geometric's
/// `GATConv(edge_dim)`. `W x` comes from the layer that owns this module.
#[derive(Module, Debug)]
pub struct SelfAttention<B: Backend> {
    /// `W_e`, `[C, De]`.
    pub edge_weight: Param<Tensor<B, 2>>,
    /// `h`, `[3·C]`: parts for node *i*, neighbour *j* and the edge; `[C]` for [`SelfAttentionKind::Gatv2`].
    pub attention: Param<Tensor<B, 1>>,
    heads: usize,
    #[module(skip)]
    kind: SelfAttentionKind,
}

impl SelfAttentionConfig {
    /// Whether the module can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] if the heads cannot share the channels equally.
    pub fn check(&self) -> Result<(), GnnError> {
        GnnError::check_setting(self.channels > 0, "channels", "at least 1", self.channels)?;
        GnnError::check_heads(self.heads, self.channels)
    }

    /// Draws initial weights (Glorot uniform).
    ///
    /// # Panics
    ///
    /// If [`SelfAttentionConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> SelfAttention<B> {
        self.check().or_panic();
        let bound = (6.0 / (self.channels / self.heads + 1) as f32).sqrt();
        let parts = match self.kind {
            SelfAttentionKind::Gat => 3,
            SelfAttentionKind::Gatv2 => 1,
        };
        SelfAttention {
            edge_weight: initializer::glorot([self.channels, self.edge_input], device, random),
            attention: initializer::uniform([parts * self.channels], bound, device, random),
            heads: self.heads,
            kind: self.kind,
        }
    }
}

impl<B: Backend> SelfAttention<B> {
    /// How pairs are scored.
    #[must_use]
    pub fn kind(&self) -> SelfAttentionKind {
        self.kind
    }

    /// Number of heads.
    #[cfg(feature = "flex")]
    pub(crate) fn heads(&self) -> usize {
        self.heads
    }
}

impl<B: GraphBackend> SelfAttention<B> {
    /// Splits the logits into parts of node *i*, neighbour *j* and edge. Those of [`SelfAttentionKind::Gatv2`] do not
    /// split: all is in the edge's part, LeakyReLU done.
    ///
    /// # Shapes
    ///
    /// - `values`: `[N, C]`, transformed node features
    /// - `edge_features`: `[E, De]`
    ///
    /// # Panics
    ///
    /// If the rows or columns of `values` or `edge_features` do not fit.
    #[must_use]
    pub fn logits(
        &self,
        values: Tensor<B, 2>,
        edge_features: Tensor<B, 2>,
        graph: &GraphBatch<B>,
        negative_slope: f64,
    ) -> SelfLogits<B> {
        let [channels, edge_input] = self.edge_weight.dims();
        graph.expect_nodes("SelfAttention's values", &values, channels);
        graph.expect_edges("SelfAttention's edge features", &edge_features, edge_input);
        let edges = self.edge_weight.val();
        match self.kind {
            SelfAttentionKind::Gat => {
                let part =
                    |k: usize| head_sums(self.attention.val().narrow(0, k * channels, channels), self.heads);
                SelfLogits {
                    target: dense_map(values.clone(), part(0).transpose(), None),
                    source: dense_map(values, part(1).transpose(), None),
                    edge: dense_map(edge_features, part(2).transpose().matmul(edges), None),
                }
            }
            SelfAttentionKind::Gatv2 => {
                let edge = dense_map(edge_features, edges, None);
                let attention = (self.attention.val(), self.heads);
                gatv2_logits([values.clone(), values], Some(edge), attention, graph, negative_slope)
            }
        }
    }
}
