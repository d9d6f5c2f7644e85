//! What the layers with self-attention alone share.

use burn::prelude::*;
use burn::tensor::activation::leaky_relu;

use super::heads::head_sums;
use super::{AttentionInputs, AttentionSettings, DensityReduction, SelfLogits};
use crate::dense_map::dense_map;
use crate::{GraphBackend, GraphBatch};

/// Self-attention alone: weighted sums of the values, and the weights.
pub(super) fn attend<B: GraphBackend>(
    values: Tensor<B, 2>,
    logits: SelfLogits<B>,
    graph: &GraphBatch<B>,
    negative_slope: f64,
) -> (Tensor<B, 2>, Tensor<B, 2>) {
    let lambda = Tensor::ones([1], (graph.device(), values.dtype()));
    let inputs = AttentionInputs { values, self_logits: Some(logits), gaussian: None, lambda };
    let settings =
        AttentionSettings { negative_slope, variance_floor: 0.0, reduction: DensityReduction::Sum };
    let out = B::adaptive_attention(inputs, graph, &settings);
    (out.values, out.weights.fused)
}

/// Self-attention by scores that are known edge by edge, `[E, H]`, with no LeakyReLU.
pub(crate) fn by_scores<B: GraphBackend>(
    values: Tensor<B, 2>,
    scores: Tensor<B, 2>,
    graph: &GraphBatch<B>,
) -> (Tensor<B, 2>, Tensor<B, 2>) {
    attend(values, SelfLogits::of_edges(scores, graph), graph, 1.0)
}

/// GATv2's logits, `aᵀ LeakyReLU(target[i] + source[j] + edge[e])`: they do not split, so all is in the edge's part and
/// no LeakyReLU may follow.
///
/// # Shapes
///
/// - `target`, `source`: `[N, C]`, `edge`: `[E, C]`, `attention`: `[C]`
pub(super) fn gatv2_logits<B: GraphBackend>(
    [target, source]: [Tensor<B, 2>; 2],
    edge: Option<Tensor<B, 2>>,
    (attention, heads): (Tensor<B, 1>, usize),
    graph: &GraphBatch<B>,
    negative_slope: f64,
) -> SelfLogits<B> {
    let nodes = graph.at_targets(target) + graph.at_sources(source);
    let pairs = match edge {
        Some(edge) => nodes + edge,
        None => nodes,
    };
    let scores = dense_map(leaky_relu(pairs, negative_slope), head_sums(attention, heads).transpose(), None);
    SelfLogits::of_edges(scores, graph)
}
