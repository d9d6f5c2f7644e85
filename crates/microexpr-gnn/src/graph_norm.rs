use burn::module::Param;
use burn::prelude::*;

use crate::error::OrPanic;
use crate::{GnnError, GraphBackend, GraphBatch, initializer};

/// Configuration of [`GraphNorm`].
#[derive(Config, Debug)]
pub struct GraphNormConfig {
    /// Width `C` of the node features.
    pub input: usize,
    /// Added to the variance.
    #[config(default = 1e-5)]
    pub epsilon: f64,
}

/// Normalises every feature over the nodes of each graph: `γ d / √(mean(d²) + ε) + β` with `d = x − a·mean(x)`.
///
/// Source: T. Cai et al., "GraphNorm: A Principled Approach to Accelerating Graph Neural Network Training", ICML 2021; PyTorch
/// Geometric's `GraphNorm`: `weight`, `bias`, `mean_scale`.
#[derive(Module, Debug)]
pub struct GraphNorm<B: Backend> {
    /// `γ`, `[C]`.
    pub weight: Param<Tensor<B, 1>>,
    /// `β`, `[C]`.
    pub bias: Param<Tensor<B, 1>>,
    /// `a`, `[C]`.
    pub mean_scale: Param<Tensor<B, 1>>,
    epsilon: f64,
}

impl GraphNormConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for a width of 0, or an `epsilon` that is not positive.
    pub fn check(&self) -> Result<(), GnnError> {
        GnnError::check_setting(self.input > 0, "input", "at least 1", self.input)?;
        GnnError::check_setting(self.epsilon > 0.0, "epsilon", "positive", self.epsilon)
    }

    /// Starts as plain normalisation (`γ = a = 1`, `β = 0`).
    ///
    /// # Panics
    ///
    /// If [`GraphNormConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device) -> GraphNorm<B> {
        self.check().or_panic();
        let all = |value| initializer::constant(self.input, value, device);
        GraphNorm { weight: all(1.0), bias: all(0.0), mean_scale: all(1.0), epsilon: self.epsilon }
    }
}

impl<B: GraphBackend> GraphNorm<B> {
    /// Normalises.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, C]`; output: `[N, C]`
    ///
    /// # Panics
    ///
    /// If the rows or columns of `x` do not fit.
    #[must_use]
    pub fn forward(&self, x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
        graph.expect_nodes("GraphNorm's node features", &x, self.weight.dims()[0]);
        let mean = graph.at_nodes(B::sparse_product(graph.means(), x.clone()));
        let deviation = x - mean * self.mean_scale.val().unsqueeze();
        let variance = B::sparse_product(graph.means(), deviation.clone().powi_scalar(2));
        let scale = graph.at_nodes((variance + self.epsilon).sqrt());
        deviation / scale * self.weight.val().unsqueeze() + self.bias.val().unsqueeze()
    }
}
