use burn::prelude::*;

use crate::error::OrPanic;
use crate::pooling::{self, Pooled, keep_highest};
use crate::{GcnConv, GcnConvConfig, GnnError, GraphBackend, GraphBatch, SeededRng};

/// Configuration of [`SagPool`].
#[derive(Config, Debug)]
pub struct SagPoolConfig {
    /// Width `C` of the node features.
    pub input: usize,
    /// Share of each graph's nodes that is kept, in `0..=1`; the number is rounded up, at least one.
    #[config(default = 0.75)]
    pub ratio: f64,
}

/// Self-attention graph pooling: keeps the `⌈ratio·n⌉` nodes of each graph with the highest score
/// `s = tanh(GCN(x))` and scales them by it.
///
/// Source: J. Lee, I. Lee, J. Kang, "Self-Attention Graph Pooling", ICML 2019; 2S-AMAGN §3.4.
#[derive(Module, Debug)]
pub struct SagPool<B: Backend> {
    /// The scoring convolution, `C` to 1.
    pub score: GcnConv<B>,
    ratio: f64,
}

impl SagPoolConfig {
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
    /// If [`SagPoolConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> SagPool<B> {
        self.check().or_panic();
        SagPool { score: GcnConvConfig::new(self.input, 1).init(device, random), ratio: self.ratio }
    }
}

#[cfg(feature = "flex")]
impl<B: Backend> SagPool<B> {
    /// Share of the nodes that are kept.
    pub(crate) fn ratio(&self) -> f64 {
        self.ratio
    }
}

impl<B: GraphBackend> SagPool<B> {
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
        graph.expect_nodes("SagPool's node features", &x, self.score.weight.dims()[1]);
        let scores = self.score.forward(x.clone(), graph).tanh();
        keep_highest(x, scores, self.ratio, graph)
    }
}
