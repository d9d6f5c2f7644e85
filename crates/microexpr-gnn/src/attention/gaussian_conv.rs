use burn::module::Param;
use burn::prelude::*;

use super::op::{AttentionInputs, AttentionSettings, GraphBackend};
use super::{DensityReduction, GaussianAttention, GaussianAttentionConfig};
use crate::{GraphBatch, SeededRng, initializer};

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
    /// Draws initial weights.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> GaussianConv<B> {
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
    #[must_use]
    pub fn forward(
        &self,
        x: Tensor<B, 2>,
        edge_features: Tensor<B, 2>,
        graph: &GraphBatch<B>,
    ) -> (Tensor<B, 2>, Tensor<B, 2>) {
        let inputs = AttentionInputs {
            values: x.clone().matmul(self.weight.val().transpose()),
            self_logits: None,
            gaussian: Some(self.gaussian.terms(x, edge_features)),
            lambda: Tensor::zeros([1], graph.device()),
        };
        let out = B::adaptive_attention(inputs, graph, &self.settings);
        (out.values + self.bias.val().unsqueeze(), out.weights.fused)
    }
}
