//! Whether features have a row for every node or edge of a batch: asked by every layer, on every backend.

use burn::prelude::*;

use crate::error::OrPanic;
use crate::{GnnError, GraphBatch};

impl<B: Backend> GraphBatch<B> {
    /// Whether `x` is `[N, width]` for the batch's `N` nodes; `what` names it in the error.
    ///
    /// # Errors
    ///
    /// [`GnnError::Shape`].
    pub fn check_nodes(&self, what: &'static str, x: &Tensor<B, 2>, width: usize) -> Result<(), GnnError> {
        GnnError::check_rows(what, " (one row per node)", x.dims(), [self.topology().nodes(), width])
    }

    /// Whether `x` is `[E, width]` for the batch's `E` edges; `what` names it in the error.
    ///
    /// # Errors
    ///
    /// [`GnnError::Shape`].
    pub fn check_edges(&self, what: &'static str, x: &Tensor<B, 2>, width: usize) -> Result<(), GnnError> {
        GnnError::check_rows(what, " (one row per edge)", x.dims(), [self.topology().edges(), width])
    }

    /// [`GraphBatch::check_nodes`] for a layer.
    #[track_caller]
    pub(crate) fn expect_nodes(&self, what: &'static str, x: &Tensor<B, 2>, width: usize) {
        self.check_nodes(what, x, width).or_panic();
    }

    /// [`GraphBatch::check_edges`] for a layer.
    #[track_caller]
    pub(crate) fn expect_edges(&self, what: &'static str, x: &Tensor<B, 2>, width: usize) {
        self.check_edges(what, x, width).or_panic();
    }

    /// Whether edge features are there exactly if the layer was configured for some, with the right shape.
    #[track_caller]
    pub(crate) fn expect_edge_features(
        &self,
        what: &'static str,
        features: Option<&Tensor<B, 2>>,
        width: Option<usize>,
    ) {
        match (features, width) {
            (Some(features), Some(width)) => self.expect_edges(what, features, width),
            (None, None) => {}
            (None, Some(_)) => panic!("{what}: the layer is configured for some, found none"),
            (Some(_), None) => panic!("{what}: the layer is configured without (edge_input), found some"),
        }
    }
}
