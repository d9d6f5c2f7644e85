use std::sync::Arc;

use burn::prelude::*;

use super::Topology;
use crate::GraphBackend;
use crate::sparse::SparseMatrix;

/// A graph with other edges than before, and where the features of the new edges come from.
#[derive(Debug, Clone)]
pub struct Rewired {
    /// The new edges.
    pub topology: Topology,
    /// `[E', E]`: the product with the features of the old edges gives those of the new ones.
    pub edges: Arc<SparseMatrix>,
}

impl Rewired {
    pub(super) fn new<R>(topology: Topology, old_edges: usize, rows: impl IntoIterator<Item = R>) -> Self
    where
        R: IntoIterator<Item = (u32, f32)>,
    {
        Self { topology, edges: Arc::new(SparseMatrix::from_rows(old_edges, rows)) }
    }

    /// Features of the new edges, `[E, De]` to `[E', De]`, with a gradient for the old ones.
    ///
    /// # Panics
    ///
    /// If there is not one row per old edge.
    #[must_use]
    pub fn edge_features<B: GraphBackend>(&self, old: Tensor<B, 2>) -> Tensor<B, 2> {
        B::sparse_product(&self.edges, old)
    }
}
