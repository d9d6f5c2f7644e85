use std::sync::Arc;

use burn::prelude::*;
use serde::{Deserialize, Serialize};

use crate::sparse::SparseMatrix;
use crate::{GraphBackend, GraphBatch};

/// How the nodes of a graph become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Readout {
    /// Maximum beside mean, twice as wide as the nodes (SAGPool's readout).
    #[default]
    #[serde(alias = "MaxMean")]
    MaxMean,
    /// Maximum of every feature.
    #[serde(alias = "Max")]
    Max,
    /// Mean of every feature.
    #[serde(alias = "Mean")]
    Mean,
    /// Sum of every feature.
    #[serde(alias = "Sum")]
    Sum,
}

impl Readout {
    /// Width of the result for nodes of width `channels`.
    #[must_use]
    pub fn width(self, channels: usize) -> usize {
        if self == Self::MaxMean { 2 * channels } else { channels }
    }

    /// Reduces every graph of the batch.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, C]`; output: `[G, C]`, or `[G, 2·C]` for [`Readout::MaxMean`]
    ///
    /// # Panics
    ///
    /// If `x` has not one row per node.
    #[must_use]
    pub fn forward<B: GraphBackend>(self, x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
        graph.expect_nodes("the readout's node features", &x, x.dims()[1]);
        match self {
            Self::MaxMean => {
                Tensor::cat(vec![largest(x.clone(), graph), B::sparse_product(graph.means(), x)], 1)
            }
            Self::Max => largest(x, graph),
            Self::Mean => B::sparse_product(graph.means(), x),
            Self::Sum => B::sparse_product(graph.sums(), x),
        }
    }
}

/// How large the vector is that a graph becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadoutScale {
    /// As the readout gives it.
    #[default]
    AsRead,
    /// Divided by its root mean square: the pattern of the values counts, their strength does not. A vector of zeros stays one.
    Unit,
}

/// Least mean square that a vector is divided by the root of: smaller ones are zeros.
const STILL: f64 = 1e-20;

impl ReadoutScale {
    /// Scales every row.
    ///
    /// # Shapes
    ///
    /// - `x` and output: `[G, C]`
    #[must_use]
    pub fn apply<B: Backend>(self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        match self {
            Self::AsRead => x,
            Self::Unit => {
                let mean_square = (x.clone() * x.clone()).mean_dim(1);
                x / (mean_square + STILL).sqrt()
            }
        }
    }
}

/// Maximum over a graph's nodes, which are laid out as rows of equal length first; missing ones repeat the first node.
fn largest<B: GraphBackend>(x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
    let (topology, channels) = (graph.topology(), x.dims()[1]);
    let width = (0..topology.graphs()).map(|g| topology.graph_nodes(g).len()).max().unwrap_or(1);
    let mut chosen = Vec::with_capacity(topology.graphs() * width);
    for g in 0..topology.graphs() {
        let nodes = topology.graph_nodes(g);
        let first = nodes.start as u32;
        chosen.extend(nodes.map(|node| node as u32));
        chosen.resize((g + 1) * width, first);
    }
    let rows = Arc::new(SparseMatrix::gather(topology.nodes(), &chosen));
    let rows = B::sparse_product(&rows, x).reshape([topology.graphs(), width, channels]);
    rows.max_dim(1).reshape([topology.graphs(), channels])
}
