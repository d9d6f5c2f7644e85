use burn::module::Param;
use burn::prelude::*;
use serde::{Deserialize, Serialize};

use super::GaussianTerms;
use crate::dense_map::dense_map;
use crate::error::OrPanic;
use crate::{GnnError, GraphBatch, SeededRng, initializer};

/// How the densities of the features (eq. 5) become one score per edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DensityReduction {
    /// The paper's "sum aggregation".
    #[default]
    #[serde(alias = "Sum")]
    Sum,
    /// The mean; scores do not grow with the number of features.
    #[serde(alias = "Mean")]
    Mean,
}

/// Configuration of [`GaussianAttention`].
#[derive(Config, Debug)]
pub struct GaussianAttentionConfig {
    /// Width `D` of the node features; `W_g` maps to the same width.
    pub input: usize,
    /// Width `De` of the edge features.
    pub edge_input: usize,
}

/// The linear map `W_g [x_i ‖ x_j ‖ x_ij] + b` of eqs. 3–5, whose mean and variance give an edge its Gaussian score.
#[derive(Module, Debug)]
pub struct GaussianAttention<B: Backend> {
    /// `W_g`, `[D, 2·D + De]`.
    pub weight: Param<Tensor<B, 2>>,
    /// `b`, `[D]`.
    pub bias: Param<Tensor<B, 1>>,
}

impl GaussianAttentionConfig {
    /// Whether the module can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] if the nodes have no features.
    pub fn check(&self) -> Result<(), GnnError> {
        GnnError::check_setting(self.input > 0, "input", "at least 1", self.input)
    }

    /// Draws initial weights (PyTorch's rule for `Linear`).
    ///
    /// # Panics
    ///
    /// If [`GaussianAttentionConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> GaussianAttention<B> {
        self.check().or_panic();
        let fan_in = 2 * self.input + self.edge_input;
        GaussianAttention {
            weight: initializer::linear([self.input, fan_in], fan_in, device, random),
            bias: initializer::linear([self.input], fan_in, device, random),
        }
    }
}

impl<B: Backend> GaussianAttention<B> {
    /// Splits the map into parts of node *i*, neighbour *j* and edge: two `[N, D]` products instead of one `[E, 2·D]`.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, D]`
    /// - `edge_features`: `[E, De]`
    ///
    /// # Panics
    ///
    /// If the rows or columns of `x` or `edge_features` do not fit.
    #[must_use]
    pub fn terms(
        &self,
        x: Tensor<B, 2>,
        edge_features: Tensor<B, 2>,
        graph: &GraphBatch<B>,
    ) -> GaussianTerms<B> {
        let weight = self.weight.val();
        let [width, fan_in] = weight.dims();
        graph.expect_nodes("GaussianAttention's node features", &x, width);
        graph.expect_edges("GaussianAttention's edge features", &edge_features, fan_in - 2 * width);
        let part = |columns: std::ops::Range<usize>| weight.clone().slice([0..width, columns]);
        GaussianTerms {
            target: dense_map(x.clone(), part(0..width), Some(self.bias.val())),
            source: dense_map(x, part(width..2 * width), None),
            edge_weight: part(2 * width..fan_in),
            edge_features,
        }
    }
}
