use burn::module::Param;
use burn::prelude::*;

use crate::error::OrPanic;
use crate::pooling::{self, Pooled, keep_highest};
use crate::{GnnError, GraphBackend, GraphBatch, SeededRng, initializer};

/// Configuration of [`TopKPool`].
#[derive(Config, Debug)]
pub struct TopKPoolConfig {
    /// Width `C` of the node features.
    pub input: usize,
    /// Share of each graph's nodes that is kept, in `0..=1`; the number is rounded up, at least one.
    #[config(default = 0.5)]
    pub ratio: f64,
}

/// Top-k pooling: keeps the `⌈ratio·n⌉` nodes of each graph with the highest score `s = tanh(x·p / ‖p‖)` and scales
/// them by it. Unlike [`SagPool`](crate::SagPool), neighbours have no say in a node's score.
///
/// Source: H. Gao, S. Ji, "Graph U-Nets", ICML 2019; PyTorch Geometric's `TopKPooling`, whose `select.weight` is `p`.
#[derive(Module, Debug)]
pub struct TopKPool<B: Backend> {
    /// `p`, `[1, C]`.
    pub projection: Param<Tensor<B, 2>>,
    ratio: f64,
}

impl TopKPoolConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for an input without width, or a ratio outside `0..=1`.
    pub fn check(&self) -> Result<(), GnnError> {
        pooling::check(self.input, self.ratio)
    }

    /// Draws initial weights.
    ///
    /// # Panics
    ///
    /// If [`TopKPoolConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> TopKPool<B> {
        self.check().or_panic();
        let projection = initializer::linear([1, self.input], self.input, device, random);
        TopKPool { projection, ratio: self.ratio }
    }
}

impl<B: GraphBackend> TopKPool<B> {
    /// Pools every graph of the batch.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, C]`; output features: `[K, C]`
    ///
    /// # Panics
    ///
    /// If the rows or columns of `x` do not fit.
    #[must_use]
    pub fn forward(&self, x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Pooled<B> {
        let projection = self.projection.val();
        graph.expect_nodes("TopKPool's node features", &x, projection.dims()[1]);
        let length = projection.clone().powi_scalar(2).sum_dim(1).sqrt();
        let scores = (x.clone().matmul(projection.transpose()) / length).tanh();
        keep_highest(x, scores, self.ratio, graph)
    }
}
