//! The attention in plain tensor operations: runs on every backend, and is what the fused versions are tested against.

use burn::prelude::*;
use burn::tensor::activation::{leaky_relu, softmax};

use super::{
    AttentionInputs, AttentionOutput, AttentionSettings, AttentionWeights, DensityReduction, GaussianTerms,
    SelfLogits,
};
use crate::GraphBatch;
use crate::dense_map::dense_map;
use crate::error::OrPanic;

/// Softmax over incoming edges of both mechanisms, their fusion and the weighted sum of neighbours (eqs. 2, 5–8).
///
/// # Panics
///
/// If [`AttentionInputs::check`] fails.
pub fn adaptive_attention<B: Backend>(
    inputs: AttentionInputs<B>,
    graph: &GraphBatch<B>,
    settings: &AttentionSettings,
) -> AttentionOutput<B> {
    inputs.check(graph).or_panic();
    let [nodes, channels] = inputs.values.dims();
    if graph.topology().edges() == 0 {
        return without_edges(inputs, graph);
    }
    let alpha_self = inputs.self_logits.map(|logits| {
        let scores = self_scores(logits, graph, settings.negative_slope);
        edge_softmax(scores, graph)
    });
    let alpha_gaussian = inputs.gaussian.map(|terms| {
        let density = gaussian_statistics(terms, graph, settings).density;
        let edges = density.dims()[0];
        edge_softmax(leaky_relu(density, settings.negative_slope).reshape([edges, 1]), graph)
    });
    let fused = match (&alpha_self, &alpha_gaussian) {
        (Some(a), Some(g)) => {
            let lambda = inputs.lambda.reshape([1, 1, 1]);
            a.clone() * lambda.clone() + g.clone() * (lambda.neg() + 1.0)
        }
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => unreachable!("checked above"),
    };
    let values = weighted_sum(fused.clone(), inputs.values, graph).reshape([nodes, channels]);
    let weights = AttentionWeights {
        self_attention: alpha_self.map(|alpha| per_edge(alpha, graph)),
        gaussian: alpha_gaussian.map(|alpha| per_edge(alpha, graph)),
        fused: per_edge(fused, graph),
    };
    AttentionOutput { values, weights }
}

/// Nobody has a neighbour: all sums are 0, with a gradient of 0.
fn without_edges<B: Backend>(inputs: AttentionInputs<B>, graph: &GraphBatch<B>) -> AttentionOutput<B> {
    let heads = inputs.self_logits.as_ref().map_or(1, |logits| logits.target.dims()[1]);
    let none = |columns: usize| Tensor::zeros([0, columns], graph.device());
    let weights = AttentionWeights {
        self_attention: inputs.self_logits.map(|_| none(heads)),
        gaussian: inputs.gaussian.map(|_| none(1)),
        fused: none(heads),
    };
    AttentionOutput { values: inputs.values * 0.0, weights }
}

/// Mean, variance and reduced density of every edge, `[E]` each (eqs. 3–5).
#[derive(Debug, Clone)]
pub struct GaussianStatistics<B: Backend> {
    /// μ of eq. 3.
    pub mean: Tensor<B, 1>,
    /// σ² of eq. 4, without the floor.
    pub variance: Tensor<B, 1>,
    /// Density of eq. 5, summed or averaged over the features.
    pub density: Tensor<B, 1>,
}

/// Eqs. 3–5 for every edge. Stores several `[E, D]` tensors.
pub fn gaussian_statistics<B: Backend>(
    terms: GaussianTerms<B>,
    graph: &GraphBatch<B>,
    settings: &AttentionSettings,
) -> GaussianStatistics<B> {
    let z = terms.target.select(0, graph.target())
        + terms.source.select(0, graph.source())
        + dense_map(terms.edge_features, terms.edge_weight, None);
    let mean = z.clone().mean_dim(1);
    let square = (z - mean.clone()).powi_scalar(2);
    let variance = square.clone().mean_dim(1);
    let floored = variance.clone() + settings.variance_floor;
    let exponent = square / (floored.clone() * -2.0);
    let density = exponent.exp() / (floored * (2.0 * std::f64::consts::PI)).sqrt();
    let density = match settings.reduction {
        DensityReduction::Sum => density.sum_dim(1),
        DensityReduction::Mean => density.mean_dim(1),
    };
    GaussianStatistics { mean: flatten(mean), variance: flatten(variance), density: flatten(density) }
}

fn self_scores<B: Backend>(
    logits: SelfLogits<B>,
    graph: &GraphBatch<B>,
    negative_slope: f64,
) -> Tensor<B, 2> {
    let sum = logits.target.select(0, graph.target()) + logits.source.select(0, graph.source()) + logits.edge;
    leaky_relu(sum, negative_slope)
}

/// Softmax of `[E, H]` scores over the incoming edges of every node, as padded rows `[N, K, H]`.
fn edge_softmax<B: Backend>(scores: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 3> {
    let padded = graph.padded();
    let (nodes, heads) = (graph.topology().nodes(), scores.dims()[1]);
    let shape = [nodes, padded.width, heads];
    let absent = padded.absent.clone().reshape([nodes, padded.width, 1]).expand(shape);
    // A finite stand-in for −∞: a row of −∞ alone would give NaN.
    let rows = scores.select(0, padded.edge.clone()).reshape(shape).mask_fill(absent.clone(), -1e30);
    softmax(rows, 1).mask_fill(absent, 0.0)
}

/// `Σ_k alpha[n, k, h] · values[neighbour k of n, channels of h]`, `[N, H, C/H]`.
fn weighted_sum<B: Backend>(
    alpha: Tensor<B, 3>,
    values: Tensor<B, 2>,
    graph: &GraphBatch<B>,
) -> Tensor<B, 3> {
    let [nodes, width, heads] = alpha.dims();
    let head_width = values.dims()[1] / heads;
    let neighbours = values.select(0, graph.padded().source.clone());
    let neighbours = neighbours.reshape([nodes, width, heads, head_width]).swap_dims(1, 2);
    let alpha = alpha.swap_dims(1, 2).reshape([nodes, heads, 1, width]);
    alpha.matmul(neighbours).reshape([nodes, heads, head_width])
}

/// Padded rows `[N, K, H]` back to edges `[E, H]`, cut off from the gradient.
fn per_edge<B: Backend>(padded: Tensor<B, 3>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
    let [nodes, width, heads] = padded.dims();
    padded.detach().reshape([nodes * width, heads]).select(0, graph.padded().position.clone())
}

fn flatten<B: Backend>(matrix: Tensor<B, 2>) -> Tensor<B, 1> {
    let [rows, cols] = matrix.dims();
    matrix.reshape([rows * cols])
}
