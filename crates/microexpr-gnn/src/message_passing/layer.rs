use burn::prelude::*;

use super::{Aggregation, Pairs};
use crate::error::OrPanic;
use crate::{GraphBackend, GraphBatch};

/// A layer that sends a message along every edge: `x'_i = update(⊕_j message(x_i, x_j, e_ij), x_i)`.
///
/// Source: J. Gilmer et al., "Neural Message Passing for Quantum Chemistry", ICML 2017; parts named as in PyTorch
/// Geometric's `MessagePassing`.
pub trait MessagePassing<B: GraphBackend> {
    /// `⊕`: how the messages at a node become one.
    fn aggregation(&self) -> Aggregation;

    /// The message along every edge.
    ///
    /// # Shapes
    ///
    /// - output: `[E, M]`
    fn message(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2>;

    /// The new features of every node.
    ///
    /// # Shapes
    ///
    /// - `aggregated`: `[N, M]`; output: `[N, C]`
    fn update(&self, aggregated: Tensor<B, 2>, pairs: &Pairs<'_, B>) -> Tensor<B, 2>;

    /// Messages and aggregation in one, `[N, M]`: for layers that can do without storing `[E, M]` values. Must equal the two
    /// one after the other, which is what it does if it is not replaced.
    fn message_and_aggregate(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        self.aggregation().aggregate(self.message(pairs), pairs.graph())
    }

    /// Applies the layer.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, D]`, `edge_features`: `[E, De]`; output: `[N, C]`
    ///
    /// # Panics
    ///
    /// If `x` has not one row per node, or `edge_features` not one per edge.
    fn propagate(
        &self,
        x: Tensor<B, 2>,
        edge_features: Option<Tensor<B, 2>>,
        graph: &GraphBatch<B>,
    ) -> Tensor<B, 2> {
        let pairs = Pairs::new(&x, edge_features.as_ref(), graph);
        pairs.check().or_panic();
        self.update(self.message_and_aggregate(&pairs), &pairs)
    }

    /// [`MessagePassing::propagate`] with every message stored: what faster versions are tested against.
    ///
    /// # Panics
    ///
    /// As [`MessagePassing::propagate`].
    fn propagate_reference(
        &self,
        x: Tensor<B, 2>,
        edge_features: Option<Tensor<B, 2>>,
        graph: &GraphBatch<B>,
    ) -> Tensor<B, 2> {
        let pairs = Pairs::new(&x, edge_features.as_ref(), graph);
        pairs.check().or_panic();
        let aggregated = self.aggregation().aggregate(self.message(&pairs), graph);
        self.update(aggregated, &pairs)
    }
}
