use burn::prelude::*;

use crate::{GnnError, GraphBackend, GraphBatch};

/// The two ends and the features of every edge.
#[derive(Debug, Clone, Copy)]
pub struct Pairs<'a, B: Backend> {
    x: &'a Tensor<B, 2>,
    edge_features: Option<&'a Tensor<B, 2>>,
    graph: &'a GraphBatch<B>,
}

impl<'a, B: GraphBackend> Pairs<'a, B> {
    /// The edges of `graph` between nodes with the features `x`.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, D]`, `edge_features`: `[E, De]`
    #[must_use]
    pub fn new(
        x: &'a Tensor<B, 2>,
        edge_features: Option<&'a Tensor<B, 2>>,
        graph: &'a GraphBatch<B>,
    ) -> Self {
        Self { x, edge_features, graph }
    }

    /// Whether there is one row for every node and every edge.
    ///
    /// # Errors
    ///
    /// [`GnnError::Shape`].
    pub fn check(&self) -> Result<(), GnnError> {
        self.graph.check_nodes("message passing's node features", self.x, self.x.dims()[1])?;
        match self.edge_features {
            Some(features) => {
                self.graph.check_edges("message passing's edge features", features, features.dims()[1])
            }
            None => Ok(()),
        }
    }

    /// The features of every node, `[N, D]`.
    #[must_use]
    pub fn nodes(&self) -> Tensor<B, 2> {
        self.x.clone()
    }

    /// `x_j` of every edge, `[E, D]`.
    #[must_use]
    pub fn source(&self) -> Tensor<B, 2> {
        self.graph.at_sources(self.x.clone())
    }

    /// `x_i` of every edge, `[E, D]`.
    #[must_use]
    pub fn target(&self) -> Tensor<B, 2> {
        self.graph.at_targets(self.x.clone())
    }

    /// `e_ij` of every edge, `[E, De]`, if there are any.
    #[must_use]
    pub fn edge_features(&self) -> Option<Tensor<B, 2>> {
        self.edge_features.cloned()
    }

    /// The edges themselves.
    #[must_use]
    pub fn graph(&self) -> &'a GraphBatch<B> {
        self.graph
    }
}
