use burn::prelude::*;

use super::Aggregation;
use crate::{GraphBackend, GraphBatch};

/// Softmax over the incoming edges of every node: `α_e = exp s_e / Σ exp s` with the sum over the edges that end where `e`
/// does, column by column.
///
/// # Shapes
///
/// - `scores`: `[E, H]`; output: `[E, H]`
///
/// # Panics
///
/// If `scores` has not one row per edge.
#[must_use]
pub fn edge_softmax<B: GraphBackend>(scores: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
    graph.expect_edges("edge_softmax's scores", &scores, scores.dims()[1]);
    if graph.topology().edges() == 0 {
        return scores;
    }
    // Taking the largest off changes nothing but keeps the powers finite; it is a constant to the gradient.
    let largest = Aggregation::Max.aggregate(scores.clone().detach(), graph);
    let powers = (scores - graph.at_targets(largest)).exp();
    let sums = B::sparse_product(graph.edge_sums(), powers.clone());
    powers / graph.at_targets(sums)
}
