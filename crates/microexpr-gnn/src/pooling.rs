use std::sync::Arc;

use burn::prelude::*;

use crate::sparse::SparseMatrix;
use crate::{GnnError, GraphBackend, GraphBatch, Topology};

/// What remains after pooling.
#[derive(Debug, Clone)]
pub struct Pooled<B: Backend> {
    /// Scaled features of the kept nodes, `[K, C]`.
    pub x: Tensor<B, 2>,
    /// The edges between kept nodes.
    pub graph: GraphBatch<B>,
    /// Which nodes were kept, ascending.
    pub kept_nodes: Vec<u32>,
    /// Which edges were kept, ascending within each graph.
    pub kept_edges: Vec<u32>,
    /// Scores of the kept nodes, `[K, 1]`.
    pub scores: Tensor<B, 2>,
}

/// What every pooling layer asks of its settings.
pub(crate) fn check(input: usize, ratio: f64) -> Result<(), GnnError> {
    GnnError::check_setting(input > 0, "input", "at least 1", input)?;
    GnnError::check_setting((0.0..=1.0).contains(&ratio), "pooling ratio", "in 0..=1", ratio)
}

/// Keeps the `⌈ratio·n⌉` nodes of each graph with the highest scores `[N, 1]`, scaled by their scores, and the edges
/// between them.
///
/// The choice is made on the host, so ties and NaN fall alike on every backend.
pub(crate) fn keep_highest<B: GraphBackend>(
    x: Tensor<B, 2>,
    scores: Tensor<B, 2>,
    ratio: f64,
    graph: &GraphBatch<B>,
) -> Pooled<B> {
    if ratio >= 1.0 {
        return keep_all(x, scores, graph);
    }
    let on_host: Vec<f32> = scores.clone().detach().into_data().convert::<f32>().iter().collect();
    let kept_nodes = highest(&on_host, ratio, graph.topology());
    let rows = Arc::new(SparseMatrix::gather(on_host.len(), &kept_nodes));
    let scores = B::sparse_product(&rows, scores);
    let (topology, kept_edges) = graph.topology().induced(&kept_nodes);
    Pooled {
        x: B::sparse_product(&rows, x) * scores.clone(),
        graph: GraphBatch::new(topology, graph.device()),
        kept_nodes,
        kept_edges,
        scores,
    }
}

/// What [`keep_highest`] comes to where every node is kept.
fn keep_all<B: GraphBackend>(x: Tensor<B, 2>, scores: Tensor<B, 2>, graph: &GraphBatch<B>) -> Pooled<B> {
    let topology = graph.topology();
    Pooled {
        x: x * scores.clone(),
        graph: graph.clone(),
        kept_nodes: (0..topology.nodes() as u32).collect(),
        kept_edges: (0..topology.edges() as u32).collect(),
        scores,
    }
}

/// `⌈ratio·nodes⌉`, at least one.
pub(crate) fn kept_of(nodes: usize, ratio: f64) -> usize {
    ((ratio * nodes as f64).ceil() as usize).clamp(1, nodes)
}

/// The best nodes of each graph, ascending; ties go to the lower number, NaN counts as the lowest score.
pub(crate) fn highest(scores: &[f32], ratio: f64, topology: &Topology) -> Vec<u32> {
    let rank = |node: u32| {
        let score = scores[node as usize];
        if score.is_nan() { f32::NEG_INFINITY } else { score }
    };
    let mut kept = Vec::with_capacity(scores.len());
    for graph in 0..topology.graphs() {
        let nodes = topology.graph_nodes(graph);
        let count = kept_of(nodes.len(), ratio);
        let mut order: Vec<u32> = nodes.map(|n| n as u32).collect();
        let best_first = |a: &u32, b: &u32| rank(*b).total_cmp(&rank(*a)).then(a.cmp(b));
        if count < order.len() {
            order.select_nth_unstable_by(count, best_first);
            order.truncate(count);
        }
        order.sort_unstable();
        kept.extend(order);
    }
    kept
}
