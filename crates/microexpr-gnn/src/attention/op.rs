use std::sync::Arc;

use burn::prelude::*;

use super::{DensityReduction, reference};
use crate::GraphBatch;
use crate::sparse::{self, SparseMatrix};

/// Self-attention logits before LeakyReLU of `H` heads, split as `target[i] + source[j] + edge[e]`.
#[derive(Debug, Clone)]
pub struct SelfLogits<B: Backend> {
    /// Part of node *i*, `[N, H]`.
    pub target: Tensor<B, 2>,
    /// Part of neighbour *j*, `[N, H]`.
    pub source: Tensor<B, 2>,
    /// Part of the edge, `[E, H]`.
    pub edge: Tensor<B, 2>,
}

/// The linear map of Gaussian attention, split as `z = target[i] + source[j] + edge_weight · edge_features[e]`.
///
/// `z` itself would be `[E, D]`; the fused operation never stores it.
#[derive(Debug, Clone)]
pub struct GaussianTerms<B: Backend> {
    /// Part of node *i*, bias included, `[N, D]`.
    pub target: Tensor<B, 2>,
    /// Part of neighbour *j*, `[N, D]`.
    pub source: Tensor<B, 2>,
    /// Weights of the edge features, `[D, De]`.
    pub edge_weight: Tensor<B, 2>,
    /// Edge features, `[E, De]`.
    pub edge_features: Tensor<B, 2>,
}

/// What the fused attention works on. At least one of the two mechanisms must be there.
#[derive(Debug, Clone)]
pub struct AttentionInputs<B: Backend> {
    /// Transformed node features `h = W x`, `[N, C]`; head `h` owns columns `h·C/H..(h + 1)·C/H`.
    pub values: Tensor<B, 2>,
    /// Self-attention, eq. 1.
    pub self_logits: Option<SelfLogits<B>>,
    /// Gaussian attention, eqs. 3–5.
    pub gaussian: Option<GaussianTerms<B>>,
    /// Weight of self-attention in `0..=1`, `[1]`, eq. 7; read only if both mechanisms are there.
    pub lambda: Tensor<B, 1>,
}

/// Constants of the attention.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttentionSettings {
    /// Slope of LeakyReLU below zero.
    pub negative_slope: f64,
    /// Added to the variance of eq. 4.
    pub variance_floor: f64,
    /// How the densities of the features become one score.
    pub reduction: DensityReduction,
}

/// Attention of every edge in every head; the weights of a node's incoming edges sum to 1.
#[derive(Debug, Clone)]
pub struct AttentionWeights<B: Backend> {
    /// α_self of eq. 2, `[E, H]`.
    pub self_attention: Option<Tensor<B, 2>>,
    /// α_gaussian of eq. 6, the same for all heads, `[E, 1]`.
    pub gaussian: Option<Tensor<B, 2>>,
    /// α_final of eq. 7, `[E, H]`; `[E, 1]` without self-attention.
    pub fused: Tensor<B, 2>,
}

/// Result of the fused attention.
#[derive(Debug, Clone)]
pub struct AttentionOutput<B: Backend> {
    /// `Σ_j α_ij h_j`, `[N, C]`; 0 for a node without incoming edges.
    pub values: Tensor<B, 2>,
    /// The weights, cut off from the gradient.
    pub weights: AttentionWeights<B>,
}

/// A backend on which the graph layers run.
///
/// The provided methods are written in plain tensor operations ([`reference`](mod@super::reference)) and run on every
/// backend in every precision. Flex and every CubeCL runtime (CUDA, wgpu) replace them by kernels of their own
/// ([`FusedBackend`]), which never store an `[E, D]` tensor.
///
/// [`FusedBackend`]: super::FusedBackend
pub trait GraphBackend: Backend {
    /// Eqs. 2 and 5–8 up to the activation: both softmaxes over the incoming edges, their fusion, the weighted sum.
    fn adaptive_attention(
        inputs: AttentionInputs<Self>,
        graph: &GraphBatch<Self>,
        settings: &AttentionSettings,
    ) -> AttentionOutput<Self> {
        reference::adaptive_attention(inputs, graph, settings)
    }

    /// `matrix · x`, with a gradient for `x`.
    ///
    /// # Shapes
    ///
    /// - `x`: `[columns, C]`; output: `[rows, C]`
    fn sparse_product(matrix: &Arc<SparseMatrix>, x: Tensor<Self, 2>) -> Tensor<Self, 2> {
        sparse::plain::product(matrix, x)
    }

    /// Runs two computations that need nothing of each other: on two threads where the calling thread does the arithmetic
    /// (Flex), one after the other where it only queues it.
    fn side_by_side<X: Send, Y: Send>(
        first: impl FnOnce() -> X + Send,
        second: impl FnOnce() -> Y + Send,
    ) -> (X, Y) {
        (first(), second())
    }
}
