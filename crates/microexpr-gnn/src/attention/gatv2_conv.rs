use burn::module::Param;
use burn::prelude::*;

use super::attend::{attend, gatv2_logits};
use super::heads::HeadMerge;
use super::{SelfLogits, check_conv, initial_attention};
use crate::dense_map::{dense_map, dense_maps};
use crate::edge_kernels::{self, EdgeFunction, EdgeOperands, EdgeTerms};
use crate::error::OrPanic;
use crate::{GnnError, GraphBackend, GraphBatch, SeededRng, initializer};

/// Configuration of [`Gatv2Conv`].
#[derive(Config, Debug)]
pub struct Gatv2ConvConfig {
    /// Width `D` of the node features.
    pub input: usize,
    /// Width `C` of one head.
    pub output: usize,
    /// Number of heads `H`.
    #[config(default = 1)]
    pub heads: usize,
    /// How the heads become one output.
    #[config(default = "HeadMerge::Concatenate")]
    pub merge: HeadMerge,
    /// Width `De` of the edge features, if there are any.
    pub edge_input: Option<usize>,
    /// Slope of LeakyReLU below zero.
    #[config(default = 0.2)]
    pub negative_slope: f64,
}

/// Graph attention, second version: `x'_i = Σ_j α_ij (W_s x_j + b_s) + b`,
/// `α = softmax_j aᵀ LeakyReLU(W_t x_i + b_t + W_s x_j + b_s + W_e x_ij)`. On Flex one operation, which stores no row per edge.
///
/// Source: S. Brody, U. Alon, E. Yahav, "How Attentive are Graph Attention Networks?", ICLR 2022; edge features and names
/// as in PyTorch Geometric's `GATv2Conv(add_self_loops=False)`: `lin_r` is the target's, `lin_l` the source's,
/// `lin_edge.weight`, `att`, `bias`.
#[derive(Module, Debug)]
pub struct Gatv2Conv<B: Backend> {
    /// `W_t`, `[H·C, D]`.
    pub target_weight: Param<Tensor<B, 2>>,
    /// `b_t`, `[H·C]`.
    pub target_bias: Param<Tensor<B, 1>>,
    /// `W_s`, `[H·C, D]`.
    pub source_weight: Param<Tensor<B, 2>>,
    /// `b_s`, `[H·C]`.
    pub source_bias: Param<Tensor<B, 1>>,
    /// `W_e`, `[H·C, De]`.
    pub edge_weight: Option<Param<Tensor<B, 2>>>,
    /// `a`, `[H·C]`.
    pub attention: Param<Tensor<B, 1>>,
    /// `b`, as wide as the output.
    pub bias: Param<Tensor<B, 1>>,
    heads: usize,
    negative_slope: f64,
    #[module(skip)]
    merge: HeadMerge,
}

impl Gatv2ConvConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for a width or a number of heads that is 0.
    pub fn check(&self) -> Result<(), GnnError> {
        check_conv(self.input, self.output, self.heads, self.edge_input)
    }

    /// Draws initial weights (Glorot uniform; biases 0).
    ///
    /// # Panics
    ///
    /// If [`Gatv2ConvConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> Gatv2Conv<B> {
        self.check().or_panic();
        let width = self.heads * self.output;
        Gatv2Conv {
            target_weight: initializer::glorot([width, self.input], device, random),
            target_bias: initializer::constant(width, 0.0, device),
            source_weight: initializer::glorot([width, self.input], device, random),
            source_bias: initializer::constant(width, 0.0, device),
            edge_weight: self.edge_input.map(|e| initializer::glorot([width, e], device, random)),
            attention: initial_attention(self.heads, self.output, device, random),
            bias: initializer::constant(self.merge.width(self.heads, self.output), 0.0, device),
            heads: self.heads,
            negative_slope: self.negative_slope,
            merge: self.merge,
        }
    }
}

impl<B: Backend> Gatv2Conv<B> {
    /// Number of heads.
    #[must_use]
    pub fn heads(&self) -> usize {
        self.heads
    }
}

impl<B: GraphBackend> Gatv2Conv<B> {
    /// Attends; `edge_features` must be there exactly if the layer was configured with them.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, D]`, `edge_features`: `[E, De]`; output: `[N, H·C]` or `[N, C]`, attention: `[E, H]`
    ///
    /// # Panics
    ///
    /// If the rows or columns of `x` or `edge_features` do not fit, or edge features are missing or not expected.
    #[must_use]
    pub fn forward(
        &self,
        x: Tensor<B, 2>,
        edge_features: Option<Tensor<B, 2>>,
        graph: &GraphBatch<B>,
    ) -> (Tensor<B, 2>, Tensor<B, 2>) {
        self.check(&x, edge_features.as_ref(), graph);
        if edge_kernels::fit(&x, edge_features.as_ref(), graph) {
            let out = edge_kernels::apply(self.function(), self.edge_operands(x, edge_features), graph);
            return (self.output(out.values), out.alpha);
        }
        let (values, logits) = self.operands(x, edge_features, graph);
        let (out, alpha) = attend(values, logits, graph, 1.0);
        (self.output(out), alpha)
    }

    fn check(&self, x: &Tensor<B, 2>, edge_features: Option<&Tensor<B, 2>>, graph: &GraphBatch<B>) {
        let edge_input = self.edge_weight.as_ref().map(|weight| weight.dims()[1]);
        graph.expect_nodes("Gatv2Conv's node features", x, self.source_weight.dims()[1]);
        graph.expect_edge_features("Gatv2Conv's edge features", edge_features, edge_input);
    }

    fn function(&self) -> EdgeFunction {
        EdgeFunction::PairAttention { heads: self.heads, negative_slope: self.negative_slope as f32 }
    }

    /// `W_t x + b_t ‖ W_s x + b_s`, `a`, and `W_e` of the edges.
    fn edge_operands(
        &self,
        x: Tensor<B, 2>,
        edge_features: Option<Tensor<B, 2>>,
    ) -> EdgeOperands<Tensor<B, 2>> {
        let weights = [&self.target_weight, &self.source_weight].map(Param::val).to_vec();
        let biases = [&self.target_bias, &self.source_bias].map(Param::val).to_vec();
        EdgeOperands {
            nodes: dense_maps(x, weights, biases),
            vector: Some(self.attention.val().unsqueeze()),
            edges: edge_features
                .zip(self.edge_weight.as_ref())
                .map(|(features, weight)| EdgeTerms { weight: weight.val(), features }),
        }
    }

    /// `W_s x + b_s`, and the logits with LeakyReLU done.
    pub(super) fn operands(
        &self,
        x: Tensor<B, 2>,
        edge_features: Option<Tensor<B, 2>>,
        graph: &GraphBatch<B>,
    ) -> (Tensor<B, 2>, SelfLogits<B>) {
        self.check(&x, edge_features.as_ref(), graph);
        let linear = |x: Tensor<B, 2>, weight: &Param<Tensor<B, 2>>, bias: &Param<Tensor<B, 1>>| {
            dense_map(x, weight.val(), Some(bias.val()))
        };
        let targets = linear(x.clone(), &self.target_weight, &self.target_bias);
        let values = linear(x, &self.source_weight, &self.source_bias);
        let edge = edge_features
            .zip(self.edge_weight.as_ref())
            .map(|(features, weight)| dense_map(features, weight.val(), None));
        let attention = (self.attention.val(), self.heads);
        let logits = gatv2_logits([targets, values.clone()], edge, attention, graph, self.negative_slope);
        (values, logits)
    }

    /// The heads merged, and the bias added.
    pub(super) fn output(&self, out: Tensor<B, 2>) -> Tensor<B, 2> {
        self.merge.merge(out, self.heads) + self.bias.val().unsqueeze()
    }
}
