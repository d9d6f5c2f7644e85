use burn::prelude::*;
use serde::{Deserialize, Serialize};

use super::edge_softmax;
use crate::{GraphBackend, GraphBatch};

/// How the messages that arrive at a node become one, feature by feature. A node without incoming edges gets 0.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub enum Aggregation {
    /// `Σ_j m_j`.
    #[default]
    Sum,
    /// `Σ_j m_j / n`.
    Mean,
    /// The largest; the gradient goes to one of equal ones.
    Max,
    /// The smallest; the gradient goes to one of equal ones.
    Min,
    /// `Σ_j softmax_j(t·m_j) m_j`: between the mean (`t = 0`) and the largest (`t → ∞`).
    ///
    /// Source: G. Li et al., "DeeperGCN: All You Need to Train Deeper GCNs", 2020.
    Softmax {
        /// `t`.
        temperature: f64,
    },
}

impl Aggregation {
    /// Aggregates over the incoming edges of every node.
    ///
    /// # Shapes
    ///
    /// - `messages`: `[E, M]`; output: `[N, M]`
    ///
    /// # Panics
    ///
    /// If `messages` has not one row per edge.
    #[must_use]
    pub fn aggregate<B: GraphBackend>(self, messages: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
        let width = messages.dims()[1];
        graph.expect_edges("aggregation's messages", &messages, width);
        if graph.topology().edges() == 0 {
            return Tensor::zeros([graph.topology().nodes(), width], (graph.device(), messages.dtype()));
        }
        match self {
            Self::Sum => B::sparse_product(graph.edge_sums(), messages),
            Self::Mean => B::sparse_product(graph.edge_means(), messages),
            Self::Max => largest(messages, graph),
            Self::Min => largest(messages.neg(), graph).neg(),
            Self::Softmax { temperature } => {
                let weights = edge_softmax(messages.clone() * temperature, graph);
                B::sparse_product(graph.edge_sums(), weights * messages)
            }
        }
    }

    /// [`Aggregation::aggregate`] of the neighbours' features themselves, `[N, D]` to `[N, D]`: without `[E, D]` values for
    /// sums and means.
    #[must_use]
    pub fn aggregate_neighbours<B: GraphBackend>(
        self,
        x: Tensor<B, 2>,
        graph: &GraphBatch<B>,
    ) -> Tensor<B, 2> {
        match self {
            Self::Sum => B::sparse_product(graph.neighbour_sums(), x),
            Self::Mean => B::sparse_product(graph.neighbour_means(), x),
            _ => self.aggregate(graph.at_sources(x), graph),
        }
    }
}

/// The largest message of every node, which are laid out as rows of equal length first.
fn largest<B: GraphBackend>(messages: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
    let padded = graph.padded();
    let (nodes, width) = (graph.topology().nodes(), messages.dims()[1]);
    let shape = [nodes, padded.width, width];
    let absent = padded.absent.clone().reshape([nodes, padded.width, 1]).expand(shape);
    let rows = B::sparse_product(graph.padded_edges(), messages).reshape(shape);
    let largest = rows.mask_fill(absent, f32::NEG_INFINITY).max_dim(1).reshape([nodes, width]);
    let without = padded.absent.clone().slice([0..nodes, 0..1]).expand([nodes, width]);
    largest.mask_fill(without, 0.0)
}
