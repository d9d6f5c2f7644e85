//! The attention in plain tensor operations: runs on every backend, and is what the fused versions are tested against.

use burn::prelude::*;
use burn::tensor::activation::{leaky_relu, softmax};

use super::DensityReduction;
use super::op::{
    AttentionInputs, AttentionOutput, AttentionSettings, AttentionWeights, GaussianTerms, SelfLogits,
};
use crate::GraphBatch;

/// Softmax over incoming edges of both mechanisms, their fusion and the weighted sum of neighbours (eqs. 2, 5–8).
///
/// # Panics
///
/// If neither mechanism is given.
pub fn adaptive_attention<B: Backend>(
    inputs: AttentionInputs<B>,
    graph: &GraphBatch<B>,
    settings: &AttentionSettings,
) -> AttentionOutput<B> {
    let alpha_self =
        inputs.self_logits.map(|l| edge_softmax(self_scores(l, graph, settings.negative_slope), graph));
    let alpha_gaussian = inputs.gaussian.map(|terms| {
        let statistics = gaussian_statistics(terms, graph, settings);
        edge_softmax(leaky_relu(statistics.density, settings.negative_slope), graph)
    });
    let fused = match (&alpha_self, &alpha_gaussian) {
        (Some(a), Some(g)) => {
            let lambda = inputs.lambda.reshape([1, 1]);
            a.clone() * lambda.clone() + g.clone() * (lambda.neg() + 1.0)
        }
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => panic!("attention needs self-attention, Gaussian attention or both"),
    };
    let values = weighted_sum(fused.clone(), inputs.values, graph);
    let per_edge = |padded: Tensor<B, 2>| flatten(padded).select(0, graph.padded().position.clone()).detach();
    let weights = AttentionWeights {
        self_attention: alpha_self.map(per_edge),
        gaussian: alpha_gaussian.map(per_edge),
        fused: per_edge(fused),
    };
    AttentionOutput { values, weights }
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
        + terms.edge_features.matmul(terms.edge_weight.transpose());
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
) -> Tensor<B, 1> {
    let sum = logits.target.select(0, graph.target()) + logits.source.select(0, graph.source()) + logits.edge;
    leaky_relu(sum, negative_slope)
}

/// Softmax over the incoming edges of every node, as padded rows `[N, K]`.
fn edge_softmax<B: Backend>(scores: Tensor<B, 1>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
    let padded = graph.padded();
    let shape = [graph.topology().nodes(), padded.width];
    if graph.topology().edges() == 0 {
        return Tensor::zeros(shape, graph.device());
    }
    // A finite stand-in for −∞: a row of −∞ alone would give NaN.
    let rows = scores.select(0, padded.edge.clone()).reshape(shape).mask_fill(padded.absent.clone(), -1e30);
    softmax(rows, 1).mask_fill(padded.absent.clone(), 0.0)
}

fn weighted_sum<B: Backend>(
    alpha: Tensor<B, 2>,
    values: Tensor<B, 2>,
    graph: &GraphBatch<B>,
) -> Tensor<B, 2> {
    let [nodes, width] = alpha.dims();
    let channels = values.dims()[1];
    let neighbours = values.select(0, graph.padded().source.clone()).reshape([nodes, width, channels]);
    alpha.reshape([nodes, 1, width]).matmul(neighbours).reshape([nodes, channels])
}

fn flatten<B: Backend>(matrix: Tensor<B, 2>) -> Tensor<B, 1> {
    let [rows, cols] = matrix.dims();
    matrix.reshape([rows * cols])
}
