use std::sync::Arc;

use burn::prelude::*;

use crate::dropout::{dropout, masked};
use crate::sparse::SparseMatrix;
use crate::{FullyConnected, GraphBackend, GraphBatch, Readout, SeededRng};

/// Node features of a batch, `[N, input]`.
#[derive(Debug, Clone)]
pub enum NodeFeatures<B: Backend> {
    /// All values.
    Dense(Tensor<B, 2>),
    /// The values that can differ from 0, as constants on the host: for features of which every node fills a few columns
    /// only. An embedding costs as much as there are entries, and dropout draws for entries alone.
    Sparse(Arc<SparseMatrix>),
}

impl<B: Backend> From<Tensor<B, 2>> for NodeFeatures<B> {
    fn from(values: Tensor<B, 2>) -> Self {
        Self::Dense(values)
    }
}

impl<B: GraphBackend> NodeFeatures<B> {
    /// All values, `[N, input]`.
    #[must_use]
    pub fn dense(self, device: &B::Device) -> Tensor<B, 2> {
        match self {
            Self::Dense(values) => values,
            Self::Sparse(matrix) => constant(&matrix, device),
        }
    }

    /// Reduces every graph of the batch, `[G, readout.width(input)]`.
    #[must_use]
    pub fn readout(self, readout: Readout, graph: &GraphBatch<B>) -> Tensor<B, 2> {
        match (self, readout) {
            (Self::Sparse(matrix), Readout::Sum) => constant(&graph.sums().product(&matrix), graph.device()),
            (Self::Sparse(matrix), Readout::Mean) => {
                constant(&graph.means().product(&matrix), graph.device())
            }
            (features, readout) => readout.forward(features.dense(graph.device()), graph),
        }
    }

    /// [`dropout`] of every entry.
    #[must_use]
    pub fn dropout(self, probability: f64, random: &mut SeededRng) -> Self {
        match self {
            Self::Dense(values) => Self::Dense(dropout(values, probability, random)),
            Self::Sparse(matrix) if probability > 0.0 => {
                Self::Sparse(Arc::new(matrix.with_weights(|weights| masked(weights, probability, random))))
            }
            sparse => sparse,
        }
    }

    /// The layer's output, `[N, output]`.
    #[must_use]
    pub fn embed(self, layer: &FullyConnected<B>) -> Tensor<B, 2> {
        match self {
            Self::Dense(values) => layer.forward(values),
            Self::Sparse(matrix) => {
                B::sparse_product(&matrix, layer.weight.val().transpose()) + layer.bias.val().unsqueeze()
            }
        }
    }
}

fn constant<B: Backend>(matrix: &SparseMatrix, device: &B::Device) -> Tensor<B, 2> {
    Tensor::from_data(TensorData::new(matrix.dense(), [matrix.rows(), matrix.columns()]), device)
}
