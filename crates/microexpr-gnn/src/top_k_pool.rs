use burn::module::Param;
use burn::prelude::*;

use crate::pooling::{Pooled, keep_highest};
use crate::{GraphBackend, GraphBatch, SeededRng, initializer};

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
    /// Draws initial weights.
    ///
    /// # Panics
    ///
    /// If the ratio lies outside `0..=1`.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> TopKPool<B> {
        assert!((0.0..=1.0).contains(&self.ratio), "pooling ratio must lie in 0..=1, found {}", self.ratio);
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
    #[must_use]
    pub fn forward(&self, x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Pooled<B> {
        let projection = self.projection.val();
        let length = projection.clone().powi_scalar(2).sum_dim(1).sqrt();
        let scores = (x.clone().matmul(projection.transpose()) / length).tanh();
        keep_highest(x, scores, self.ratio, graph)
    }
}
