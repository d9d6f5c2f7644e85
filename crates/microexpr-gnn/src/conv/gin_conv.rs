use burn::module::Param;
use burn::prelude::*;

use super::{Epsilon, Mlp, MlpConfig};
use crate::message_passing::{Aggregation, MessagePassing, Pairs};
use crate::{GnnError, GraphBackend, GraphBatch, SeededRng};

/// Configuration of [`GinConv`].
#[derive(Config, Debug)]
pub struct GinConvConfig {
    /// The network that is applied to the sums; its first width is that of the node features.
    pub mlp: MlpConfig,
    /// `ε`.
    #[config(default = "Epsilon::Fixed(0.0)")]
    pub epsilon: Epsilon,
}

/// Graph isomorphism network: `x'_i = mlp((1 + ε) x_i + Σ_j x_j)`.
///
/// Source: K. Xu et al., "How Powerful are Graph Neural Networks?", ICLR 2019; PyTorch Geometric's `GINConv`.
#[derive(Module, Debug)]
pub struct GinConv<B: Backend> {
    /// The network.
    pub mlp: Mlp<B>,
    /// `ε`, `[1]`.
    pub epsilon: Param<Tensor<B, 1>>,
    #[module(skip)]
    kind: Epsilon,
}

impl GinConvConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// What [`MlpConfig::check`] refuses.
    pub fn check(&self) -> Result<(), GnnError> {
        self.mlp.check()
    }

    /// Draws initial weights.
    ///
    /// # Panics
    ///
    /// If [`GinConvConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> GinConv<B> {
        GinConv { mlp: self.mlp.init(device, random), epsilon: self.epsilon.init(device), kind: self.epsilon }
    }
}

impl<B: GraphBackend> GinConv<B> {
    /// Convolves.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, D]`; output: `[N, C]`
    ///
    /// # Panics
    ///
    /// If the rows or columns of `x` do not fit.
    #[must_use]
    pub fn forward(&self, x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
        graph.expect_nodes("GinConv's node features", &x, self.mlp.input());
        self.propagate(x, None, graph)
    }
}

impl<B: GraphBackend> MessagePassing<B> for GinConv<B> {
    fn aggregation(&self) -> Aggregation {
        Aggregation::Sum
    }

    fn message(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        pairs.source()
    }

    fn message_and_aggregate(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        Aggregation::Sum.aggregate_neighbours(pairs.nodes(), pairs.graph())
    }

    fn update(&self, aggregated: Tensor<B, 2>, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        self.mlp.forward(self.kind.scale(pairs.nodes(), &self.epsilon) + aggregated)
    }
}
