use burn::module::Param;
use burn::prelude::*;

use super::attend::attend;
use super::heads::{HeadMerge, head_sums};
use super::{SelfLogits, check_conv, initial_attention};
use crate::dense_map::dense_map;
use crate::edge_kernels::{self, EdgeFunction, EdgeOperands, EdgeTerms};
use crate::error::OrPanic;
use crate::{GnnError, GraphBackend, GraphBatch, SeededRng, initializer};

/// Configuration of [`GatConv`].
#[derive(Config, Debug)]
pub struct GatConvConfig {
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

/// Graph attention: `x'_i = Σ_j α_ij W x_j + b`, `α = softmax_j LeakyReLU(a_iᵀ W x_i + a_jᵀ W x_j + a_eᵀ W_e x_ij)`.
///
/// A node attends over its incoming edges; self-loops are edges like any other. On Flex one operation, which stores no row per edge.
///
/// Source: P. Veličković et al., "Graph Attention Networks", ICLR 2018; edge features and names as in PyTorch
/// Geometric's `GATConv(add_self_loops=False)`: `lin.weight`, `att_dst`, `att_src`, `lin_edge.weight`, `att_edge`, `bias`.
#[derive(Module, Debug)]
pub struct GatConv<B: Backend> {
    /// `W`, `[H·C, D]`.
    pub weight: Param<Tensor<B, 2>>,
    /// `a_i`, `[H·C]`.
    pub target_attention: Param<Tensor<B, 1>>,
    /// `a_j`, `[H·C]`.
    pub source_attention: Param<Tensor<B, 1>>,
    /// `W_e`, `[H·C, De]`.
    pub edge_weight: Option<Param<Tensor<B, 2>>>,
    /// `a_e`, `[H·C]`.
    pub edge_attention: Option<Param<Tensor<B, 1>>>,
    /// `b`, as wide as the output.
    pub bias: Param<Tensor<B, 1>>,
    heads: usize,
    negative_slope: f64,
    #[module(skip)]
    merge: HeadMerge,
}

impl GatConvConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for a width or a number of heads that is 0.
    pub fn check(&self) -> Result<(), GnnError> {
        check_conv(self.input, self.output, self.heads, self.edge_input)
    }

    /// Draws initial weights (Glorot uniform; bias 0).
    ///
    /// # Panics
    ///
    /// If [`GatConvConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> GatConv<B> {
        self.check().or_panic();
        let width = self.heads * self.output;
        let mut attention = || initial_attention(self.heads, self.output, device, random);
        let (target_attention, source_attention) = (attention(), attention());
        let edge_attention = self.edge_input.map(|_| attention());
        let edge_weight = self.edge_input.map(|e| initializer::glorot([width, e], device, random));
        GatConv {
            weight: initializer::glorot([width, self.input], device, random),
            target_attention,
            source_attention,
            edge_weight,
            edge_attention,
            bias: initializer::constant(self.merge.width(self.heads, self.output), 0.0, device),
            heads: self.heads,
            negative_slope: self.negative_slope,
            merge: self.merge,
        }
    }
}

impl<B: Backend> GatConv<B> {
    /// Number of heads.
    #[must_use]
    pub fn heads(&self) -> usize {
        self.heads
    }
}

impl<B: GraphBackend> GatConv<B> {
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
        let (out, alpha) = attend(values, logits, graph, self.negative_slope);
        (self.output(out), alpha)
    }

    fn check(&self, x: &Tensor<B, 2>, edge_features: Option<&Tensor<B, 2>>, graph: &GraphBatch<B>) {
        let edge_input = self.edge_weight.as_ref().map(|weight| weight.dims()[1]);
        graph.expect_nodes("GatConv's node features", x, self.weight.dims()[1]);
        graph.expect_edge_features("GatConv's edge features", edge_features, edge_input);
    }

    fn function(&self) -> EdgeFunction {
        EdgeFunction::SplitAttention { heads: self.heads, negative_slope: self.negative_slope as f32 }
    }

    /// `W x` and both ends' parts of the logits as one product with the nodes, `aᵀ (W x) = (aᵀ W) x`; likewise those of the edges.
    fn edge_operands(
        &self,
        x: Tensor<B, 2>,
        edge_features: Option<Tensor<B, 2>>,
    ) -> EdgeOperands<Tensor<B, 2>> {
        let through = |attention: &Param<Tensor<B, 1>>, weight: Tensor<B, 2>| {
            head_sums(attention.val(), self.heads).transpose().matmul(weight)
        };
        let weight = self.weight.val();
        let logits = [&self.target_attention, &self.source_attention].map(|a| through(a, weight.clone()));
        let all = Tensor::cat([vec![weight], logits.to_vec()].concat(), 0);
        let edges = edge_features.zip(self.edge_weight.as_ref()).zip(self.edge_attention.as_ref());
        EdgeOperands {
            nodes: dense_map(x, all, None),
            vector: None,
            edges: edges.map(|((features, weight), attention)| EdgeTerms {
                weight: through(attention, weight.val()),
                features,
            }),
        }
    }

    /// `W x`, and the logits before LeakyReLU.
    pub(super) fn operands(
        &self,
        x: Tensor<B, 2>,
        edge_features: Option<Tensor<B, 2>>,
        graph: &GraphBatch<B>,
    ) -> (Tensor<B, 2>, SelfLogits<B>) {
        self.check(&x, edge_features.as_ref(), graph);
        let values = dense_map(x, self.weight.val(), None);
        let scores = |attention: &Param<Tensor<B, 1>>| head_sums(attention.val(), self.heads);
        let edge = match (edge_features, &self.edge_weight, &self.edge_attention) {
            (Some(features), Some(weight), Some(attention)) => {
                dense_map(features, scores(attention).transpose().matmul(weight.val()), None)
            }
            _ => Tensor::zeros([graph.topology().edges(), self.heads], (graph.device(), values.dtype())),
        };
        let logits = SelfLogits {
            target: dense_map(values.clone(), scores(&self.target_attention).transpose(), None),
            source: dense_map(values.clone(), scores(&self.source_attention).transpose(), None),
            edge,
        };
        (values, logits)
    }

    /// The heads merged, and the bias added.
    pub(super) fn output(&self, out: Tensor<B, 2>) -> Tensor<B, 2> {
        self.merge.merge(out, self.heads) + self.bias.val().unsqueeze()
    }

    pub(super) fn negative_slope(&self) -> f64 {
        self.negative_slope
    }
}
