use burn::module::Param;
use burn::prelude::*;

use super::{
    AttentionInputs, AttentionSettings, DensityReduction, GaussianAttention, GaussianAttentionConfig,
    check_variance_floor,
};
use crate::dense_map::dense_map;
use crate::error::OrPanic;
use crate::{GnnError, GraphBackend, GraphBatch, SeededRng, initializer};

/// Configuration of [`GaussianConv`].
#[derive(Config, Debug)]
pub struct GaussianConvConfig {
    /// Width `D` of the node features.
    pub input: usize,
    /// Width `C` of the output.
    pub output: usize,
    /// Width `De` of the edge features.
    #[config(default = 2)]
    pub edge_input: usize,
    /// How densities become scores.
    #[config(default = "DensityReduction::Sum")]
    pub reduction: DensityReduction,
    /// Added to the variance of eq. 4.
    #[config(default = 1e-2)]
    pub variance_floor: f64,
}

/// Gaussian attention alone: `x'_i = Σ_j α_ij W x_j + b` with the weights of eqs. 3–6.
///
/// Source: 2S-AMAGN §3.3.2. Differs: the paper states no bias and no variance floor.
#[derive(Module, Debug)]
pub struct GaussianConv<B: Backend> {
    /// `W`, `[C, D]`.
    pub weight: Param<Tensor<B, 2>>,
    /// Eqs. 3–5.
    pub gaussian: GaussianAttention<B>,
    /// `b`, `[C]`.
    pub bias: Param<Tensor<B, 1>>,
    #[module(skip)]
    settings: AttentionSettings,
}

impl GaussianConvConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for a width of 0, or a variance floor that is not positive.
    pub fn check(&self) -> Result<(), GnnError> {
        GnnError::check_widths(self.input, self.output)?;
        check_variance_floor(self.variance_floor)
    }

    /// Draws initial weights.
    ///
    /// # Panics
    ///
    /// If [`GaussianConvConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> GaussianConv<B> {
        self.check().or_panic();
        GaussianConv {
            weight: initializer::glorot([self.output, self.input], device, random),
            gaussian: GaussianAttentionConfig::new(self.input, self.edge_input).init(device, random),
            bias: initializer::constant(self.output, 0.0, device),
            settings: AttentionSettings {
                // Densities are positive: LeakyReLU leaves them as they are.
                negative_slope: 1.0,
                variance_floor: self.variance_floor,
                reduction: self.reduction,
            },
        }
    }
}

impl<B: GraphBackend> GaussianConv<B> {
    /// Attends.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, D]`, `edge_features`: `[E, De]`; output: `[N, C]`, attention: `[E, 1]`
    ///
    /// # Panics
    ///
    /// If the rows or columns of `x` or `edge_features` do not fit.
    #[must_use]
    pub fn forward(
        &self,
        x: Tensor<B, 2>,
        edge_features: Tensor<B, 2>,
        graph: &GraphBatch<B>,
    ) -> (Tensor<B, 2>, Tensor<B, 2>) {
        let out = B::adaptive_attention(self.inputs(x, edge_features, graph), graph, &self.settings);
        (out.values + self.bias.val().unsqueeze(), out.weights.fused)
    }

    /// The operands of the attention, before the softmax.
    pub(super) fn inputs(
        &self,
        x: Tensor<B, 2>,
        edge_features: Tensor<B, 2>,
        graph: &GraphBatch<B>,
    ) -> AttentionInputs<B> {
        graph.expect_nodes("GaussianConv's node features", &x, self.weight.dims()[1]);
        AttentionInputs {
            values: dense_map(x.clone(), self.weight.val(), None),
            self_logits: None,
            gaussian: Some(self.gaussian.terms(x, edge_features, graph)),
            lambda: Tensor::zeros([1], (graph.device(), self.bias.val().dtype())),
        }
    }

    pub(super) fn settings(&self) -> &AttentionSettings {
        &self.settings
    }
}
