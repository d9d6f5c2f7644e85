use burn::module::Param;
use burn::prelude::*;
use burn::tensor::activation::sigmoid;

use super::{
    Activation, AttentionInputs, AttentionOutput, AttentionSettings, AttentionWeights, DensityReduction,
    Fusion, GaussianAttention, GaussianAttentionConfig, SelfAttention, SelfAttentionConfig,
    SelfAttentionKind, check_variance_floor, reference,
};
use crate::biased_activation::biased_activation;
use crate::dense_map::dense_map;
use crate::error::OrPanic;
use crate::{GnnError, GraphBackend, GraphBatch, InitialWeights, SeededRng, initializer};

/// Configuration of [`AdaptiveAttention`].
#[derive(Config, Debug)]
pub struct AdaptiveAttentionConfig {
    /// Width `D` of the node features.
    pub input: usize,
    /// Width `C` of the output.
    pub output: usize,
    /// Width `De` of the edge features.
    #[config(default = 2)]
    pub edge_input: usize,
    /// How the two attentions are weighed.
    #[config(default = "Fusion::Learned")]
    pub fusion: Fusion,
    /// Heads of self-attention, side by side in the output; Gaussian attention is the same for all.
    #[config(default = 1)]
    pub heads: usize,
    /// How self-attention scores a pair of nodes.
    #[config(default = "SelfAttentionKind::Gat")]
    pub self_attention: SelfAttentionKind,
    /// The nonlinearity of eq. 8.
    #[config(default = "Activation::Elu")]
    pub activation: Activation,
    /// Where the weights start.
    #[config(default = "InitialWeights::Glorot")]
    pub initial_weights: InitialWeights,
    /// How densities become scores.
    #[config(default = "DensityReduction::Sum")]
    pub reduction: DensityReduction,
    /// Added to the variance of eq. 4.
    #[config(default = 1e-2)]
    pub variance_floor: f64,
    /// Slope of LeakyReLU below zero.
    #[config(default = 0.2)]
    pub negative_slope: f64,
}

/// Adaptive multi-attention layer: `x'_i = σ(Σ_j α_ij W x_j + b)` with `α = λ α_self + (1 − λ) α_gaussian`.
///
/// Source: 2S-AMAGN §3.3, eqs. 1–8. Differs: the paper states no bias and no variance floor.
#[derive(Module, Debug)]
pub struct AdaptiveAttention<B: Backend> {
    /// `W`, `[C, D]`.
    pub weight: Param<Tensor<B, 2>>,
    /// `b`, `[C]`.
    pub bias: Param<Tensor<B, 1>>,
    /// Eqs. 1–2; absent when λ is fixed at 0.
    pub self_attention: Option<SelfAttention<B>>,
    /// Eqs. 3–6; absent when λ is fixed at 1.
    pub gaussian: Option<GaussianAttention<B>>,
    /// λ before the sigmoid, `[1]`; absent when λ is fixed.
    pub lambda_logit: Option<Param<Tensor<B, 1>>>,
    #[module(skip)]
    fusion: Fusion,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    settings: AttentionSettings,
}

impl AdaptiveAttentionConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for a width of 0, heads that cannot share the output equally, a fixed λ outside `0..=1`, or a
    /// variance floor or a width of Fourier features that is not positive.
    pub fn check(&self) -> Result<(), GnnError> {
        GnnError::check_widths(self.input, self.output)?;
        GnnError::check_heads(self.heads, self.output)?;
        self.fusion.check()?;
        self.initial_weights.check()?;
        check_variance_floor(self.variance_floor)
    }

    /// Draws initial weights.
    ///
    /// # Panics
    ///
    /// If [`AdaptiveAttentionConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> AdaptiveAttention<B> {
        self.check().or_panic();
        let (weight, bias) = self.initial_weights.draw([self.output, self.input], device, random);
        let own = SelfAttentionConfig::new(self.output, self.edge_input)
            .with_heads(self.heads)
            .with_kind(self.self_attention);
        let pair = GaussianAttentionConfig::new(self.input, self.edge_input);
        AdaptiveAttention {
            weight,
            bias,
            self_attention: self.fusion.has_self_attention().then(|| own.init(device, random)),
            gaussian: self.fusion.has_gaussian().then(|| pair.init(device, random)),
            lambda_logit: (self.fusion == Fusion::Learned).then(|| initializer::constant(1, 0.0, device)),
            fusion: self.fusion,
            activation: self.activation,
            settings: AttentionSettings {
                negative_slope: self.negative_slope,
                variance_floor: self.variance_floor,
                reduction: self.reduction,
            },
        }
    }
}

impl<B: Backend> AdaptiveAttention<B> {
    /// λ of eq. 7, `[1]`.
    #[must_use]
    pub fn lambda(&self) -> Tensor<B, 1> {
        match (&self.lambda_logit, self.fusion) {
            (Some(logit), _) => sigmoid(logit.val()),
            (None, Fusion::Fixed(lambda)) => Tensor::full([1], lambda, &self.weight.device()),
            (None, Fusion::Learned) => Tensor::full([1], 0.5, &self.weight.device()),
        }
    }

    /// Constants of the attention.
    #[must_use]
    pub fn settings(&self) -> &AttentionSettings {
        &self.settings
    }

    /// The nonlinearity of eq. 8.
    #[cfg(feature = "flex")]
    pub(crate) fn activation(&self) -> Activation {
        self.activation
    }

    /// λ where it is not learned.
    #[cfg(feature = "flex")]
    pub(crate) fn fixed_lambda(&self) -> f64 {
        match self.fusion {
            Fusion::Fixed(lambda) => lambda,
            Fusion::Learned => 0.5,
        }
    }

    fn activate(&self, attended: AttentionOutput<B>) -> (Tensor<B, 2>, AttentionWeights<B>) {
        (self.activated(attended.values), attended.weights)
    }

    /// The bias added, and the nonlinearity of eq. 8.
    pub(super) fn activated(&self, sums: Tensor<B, 2>) -> Tensor<B, 2> {
        biased_activation(sums, self.bias.val(), self.activation)
    }
}

impl<B: GraphBackend> AdaptiveAttention<B> {
    /// Attends over the incoming edges of every node.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, D]`, `edge_features`: `[E, De]`; output: `[N, C]`
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
    ) -> Tensor<B, 2> {
        self.forward_with_attention(x, edge_features, graph).0
    }

    /// [`AdaptiveAttention::forward`] and the attention of every edge.
    #[must_use]
    pub fn forward_with_attention(
        &self,
        x: Tensor<B, 2>,
        edge_features: Tensor<B, 2>,
        graph: &GraphBatch<B>,
    ) -> (Tensor<B, 2>, AttentionWeights<B>) {
        let inputs = self.inputs(x, edge_features, graph);
        self.activate(B::adaptive_attention(inputs, graph, &self.operation_settings()))
    }

    /// [`AdaptiveAttention::forward_with_attention`] with the attention in plain tensor operations.
    #[must_use]
    pub fn forward_reference(
        &self,
        x: Tensor<B, 2>,
        edge_features: Tensor<B, 2>,
        graph: &GraphBatch<B>,
    ) -> (Tensor<B, 2>, AttentionWeights<B>) {
        let inputs = self.inputs(x, edge_features, graph);
        self.activate(reference::adaptive_attention(inputs, graph, &self.operation_settings()))
    }

    /// The operands of the attention, before any softmax.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, D]`, `edge_features`: `[E, De]`
    ///
    /// # Panics
    ///
    /// If the rows or columns of `x` or `edge_features` do not fit.
    #[must_use]
    pub fn inputs(
        &self,
        x: Tensor<B, 2>,
        edge_features: Tensor<B, 2>,
        graph: &GraphBatch<B>,
    ) -> AttentionInputs<B> {
        graph.expect_nodes("AdaptiveAttention's node features", &x, self.weight.dims()[1]);
        let values = dense_map(x.clone(), self.weight.val(), None);
        let slope = self.settings.negative_slope;
        AttentionInputs {
            self_logits: self
                .self_attention
                .as_ref()
                .map(|a| a.logits(values.clone(), edge_features.clone(), graph, slope)),
            gaussian: self.gaussian.as_ref().map(|g| g.terms(x, edge_features, graph)),
            lambda: self.lambda(),
            values,
        }
    }

    /// GATv2 has its LeakyReLU before the scores: none follows.
    pub(super) fn operation_settings(&self) -> AttentionSettings {
        match self.self_attention.as_ref().map(SelfAttention::kind) {
            Some(SelfAttentionKind::Gatv2) => AttentionSettings { negative_slope: 1.0, ..self.settings },
            _ => self.settings,
        }
    }
}
