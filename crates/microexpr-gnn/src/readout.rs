use burn::prelude::*;
use serde::{Deserialize, Serialize};

use crate::GraphBatch;
use crate::batch::indices;

/// How the nodes of a graph become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Readout {
    /// Maximum beside mean, twice as wide as the nodes (SAGPool's readout).
    #[default]
    MaxMean,
    /// Maximum of every feature.
    Max,
    /// Mean of every feature.
    Mean,
    /// Sum of every feature.
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
    #[must_use]
    pub fn forward<B: Backend>(self, x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
        let rows = GraphRows::new(x, graph);
        match self {
            Self::MaxMean => Tensor::cat(vec![rows.max(), rows.mean()], 1),
            Self::Max => rows.max(),
            Self::Mean => rows.mean(),
            Self::Sum => rows.sum(),
        }
    }
}

/// The nodes of every graph as rows of equal length.
struct GraphRows<B: Backend> {
    /// `[G, M, C]`.
    x: Tensor<B, 3>,
    /// `[G, M, C]`, true where the graph has no such node.
    absent: Tensor<B, 3, Bool>,
    /// `[G, 1]` number of nodes.
    count: Tensor<B, 2>,
}

impl<B: Backend> GraphRows<B> {
    fn new(x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Self {
        let topology = graph.topology();
        let (graphs, channels) = (topology.graphs(), x.dims()[1]);
        let width = (0..graphs).map(|g| topology.graph_nodes(g).len()).max().unwrap_or(1);
        let mut index = vec![0i64; graphs * width];
        let mut absent = vec![true; graphs * width];
        let mut count = Vec::with_capacity(graphs);
        for g in 0..graphs {
            let nodes = topology.graph_nodes(g);
            count.push(nodes.len() as f32);
            for (column, node) in nodes.enumerate() {
                index[g * width + column] = node as i64;
                absent[g * width + column] = false;
            }
        }
        let device = graph.device();
        let shape = [graphs, width, channels];
        let absent = Tensor::<B, 3, Bool>::from_data(TensorData::new(absent, [graphs, width, 1]), device);
        Self {
            x: x.select(0, indices(index, device)).reshape(shape),
            absent: absent.expand(shape),
            count: Tensor::from_data(TensorData::new(count, [graphs, 1]), device),
        }
    }

    fn max(&self) -> Tensor<B, 2> {
        let [graphs, _, channels] = self.x.dims();
        self.x.clone().mask_fill(self.absent.clone(), -1e30).max_dim(1).reshape([graphs, channels])
    }

    fn sum(&self) -> Tensor<B, 2> {
        let [graphs, _, channels] = self.x.dims();
        self.x.clone().mask_fill(self.absent.clone(), 0.0).sum_dim(1).reshape([graphs, channels])
    }

    fn mean(&self) -> Tensor<B, 2> {
        self.sum() / self.count.clone()
    }
}
