use burn::prelude::*;

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
