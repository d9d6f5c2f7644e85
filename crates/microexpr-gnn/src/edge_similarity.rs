use burn::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{GraphBackend, GraphBatch, Topology};

/// Where the similarity among a layer's edge features comes from (§3.4 of the paper can be read both ways).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeSimilarity {
    /// Every layer gets the edge features of the input.
    #[default]
    #[serde(alias = "Input")]
    Input,
    /// From the second layer on, the last edge feature is recomputed from the layer's own input
    /// ([`recompute_similarity`]).
    #[serde(alias = "Recomputed")]
    Recomputed,
}

/// Smallest σ² that is divided by: where half of the distances are 0 the limit σ → 0 holds.
const SMALLEST_VARIANCE: f32 = 1e-12;

/// Replaces the last edge feature by the radial basis function `exp(−‖x_i − x_j‖² / 2σ²)` of node features `x`; σ is
/// the median distance over each graph's edges between different nodes, a constant to the gradient.
///
/// # Shapes
///
/// - `edge_features`: `[E, De]`, `x`: `[N, D]`; output: `[E, De]`
///
/// # Panics
///
/// If `edge_features` has not one row per edge, or `x` not one per node.
#[must_use]
pub fn recompute_similarity<B: GraphBackend>(
    edge_features: Tensor<B, 2>,
    x: Tensor<B, 2>,
    graph: &GraphBatch<B>,
) -> Tensor<B, 2> {
    let width = edge_features.dims()[1];
    graph.expect_edges("the similarity's edge features", &edge_features, width);
    graph.expect_nodes("the similarity's node features", &x, x.dims()[1]);
    if graph.topology().edges() == 0 || width == 0 {
        return edge_features;
    }
    let difference = graph.at_targets(x.clone()) - graph.at_sources(x);
    let squared = difference.powi_scalar(2).sum_dim(1);
    let on_host: Vec<f32> = squared.clone().detach().into_data().convert::<f32>().iter().collect();
    let scale = exponent_scales(&on_host, graph.topology());
    let options = (graph.device(), squared.dtype());
    let scale = Tensor::from_data(TensorData::new(scale, [on_host.len(), 1]), options);
    let similarity = (squared * scale).exp();
    Tensor::cat(vec![edge_features.narrow(1, 0, width - 1), similarity], 1)
}

/// `−1 / 2σ²` of every edge's graph.
fn exponent_scales(squared: &[f32], topology: &Topology) -> Vec<f32> {
    let mut scales = Vec::with_capacity(squared.len());
    for graph in 0..topology.graphs() {
        let edges = topology.graph_edges(graph);
        let between = edges.clone().filter(|e| topology.source()[*e] != topology.target()[*e]);
        let sigma = median(between.map(|e| squared[e].sqrt()).collect());
        scales.resize(edges.end, -0.5 / (sigma * sigma).max(SMALLEST_VARIANCE));
    }
    scales
}

/// The middle value, the mean of the two middle ones of an even number, 0 of none.
fn median(mut values: Vec<f32>) -> f32 {
    values.sort_unstable_by(f32::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[half],
        _ => (values[half - 1] + values[half]) / 2.0,
    }
}
