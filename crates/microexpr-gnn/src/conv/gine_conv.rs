use burn::module::Param;
use burn::prelude::*;
use burn::tensor::activation::relu;

use super::{Epsilon, Mlp, MlpConfig};
use crate::edge_kernels::{self, EdgeFunction, EdgeOperands, EdgeTerms};
use crate::error::OrPanic;
use crate::message_passing::{Aggregation, MessagePassing, Pairs};
use crate::{FullyConnected, FullyConnectedConfig, GnnError, GraphBackend, GraphBatch, SeededRng};

/// Configuration of [`GineConv`].
#[derive(Config, Debug)]
pub struct GineConvConfig {
    /// The network that is applied to the sums; its first width is that of the node features.
    pub mlp: MlpConfig,
    /// `ε`.
    #[config(default = "Epsilon::Fixed(0.0)")]
    pub epsilon: Epsilon,
    /// Width of the edge features if it is not that of the node features: a fully connected layer then maps them to it.
    pub edge_input: Option<usize>,
}

/// Graph isomorphism network with edge features: `x'_i = mlp((1 + ε) x_i + Σ_j relu(x_j + e_ij))`. On Flex the sum
/// is one operation if `edge_input` is set, and stores no row per edge.
///
/// Source: W. Hu et al., "Strategies for Pre-training Graph Neural Networks", ICLR 2020; PyTorch Geometric's `GINEConv`.
#[derive(Module, Debug)]
pub struct GineConv<B: Backend> {
    /// The network.
    pub mlp: Mlp<B>,
    /// `ε`, `[1]`.
    pub epsilon: Param<Tensor<B, 1>>,
    /// Maps the edge features to the width of the node features, if configured.
    pub edge: Option<FullyConnected<B>>,
    #[module(skip)]
    kind: Epsilon,
}

impl GineConvConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for an edge width of 0, and what [`MlpConfig::check`] refuses.
    pub fn check(&self) -> Result<(), GnnError> {
        GnnError::check_setting(self.edge_input != Some(0), "edge_input", "at least 1, or none", 0)?;
        self.mlp.check()
    }

    /// Draws initial weights.
    ///
    /// # Panics
    ///
    /// If [`GineConvConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> GineConv<B> {
        self.check().or_panic();
        let edge = |width| FullyConnectedConfig::new(width, self.mlp.widths[0]).init(device, random);
        GineConv {
            edge: self.edge_input.map(edge),
            mlp: self.mlp.init(device, random),
            epsilon: self.epsilon.init(device),
            kind: self.epsilon,
        }
    }
}

impl<B: GraphBackend> GineConv<B> {
    /// Convolves.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, D]`, `edge_features`: `[E, De]`, or `[E, D]` without `edge_input`; output: `[N, C]`
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
        let width = self.mlp.input();
        graph.expect_nodes("GineConv's node features", &x, width);
        let edge_width = self.edge.as_ref().map_or(width, |edge| edge.weight.dims()[1]);
        graph.expect_edges("GineConv's edge features", &edge_features, edge_width);
        self.propagate(x, Some(edge_features), graph)
    }
}

impl<B: GraphBackend> MessagePassing<B> for GineConv<B> {
    fn aggregation(&self) -> Aggregation {
        Aggregation::Sum
    }

    fn message(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let features = match (pairs.edge_features(), &self.edge) {
            (Some(features), Some(edge)) => edge.forward(features),
            (Some(features), None) => features,
            (None, _) => panic!("GineConv's edge features: the layer needs some, found none"),
        };
        relu(pairs.source() + features)
    }

    fn message_and_aggregate(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let (x, graph) = (pairs.nodes(), pairs.graph());
        match (pairs.edge_features(), &self.edge) {
            (Some(features), Some(edge)) if edge_kernels::fit(&x, Some(&features), graph) => {
                let operands = EdgeOperands {
                    nodes: x,
                    vector: Some(edge.bias.val().unsqueeze()),
                    edges: Some(EdgeTerms { weight: edge.weight.val(), features }),
                };
                edge_kernels::apply(EdgeFunction::ReluSum, operands, graph).values
            }
            _ => Aggregation::Sum.aggregate(self.message(pairs), graph),
        }
    }

    fn update(&self, aggregated: Tensor<B, 2>, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        self.mlp.forward(self.kind.scale(pairs.nodes(), &self.epsilon) + aggregated)
    }
}
