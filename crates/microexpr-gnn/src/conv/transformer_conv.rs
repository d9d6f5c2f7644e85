use burn::module::Param;
use burn::prelude::*;
use burn::tensor::activation::sigmoid;
use serde::{Deserialize, Serialize};

use crate::attention::{HeadMerge, attend, check_conv, head_mask};
use crate::dense_map::{dense_map, dense_maps};
use crate::edge_kernels::{self, EdgeFunction, EdgeOperands, EdgeTerms, Root};
use crate::error::OrPanic;
use crate::message_passing::{Aggregation, MessagePassing, Pairs, edge_softmax};
use crate::{
    FullyConnected, FullyConnectedConfig, GnnError, GraphBackend, GraphBatch, SeededRng, initializer,
};

/// How a node's own features enter the output of [`TransformerConv`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Skip {
    /// Not at all (`root_weight=False` in PyTorch Geometric).
    Absent,
    /// `r_i = W_s x_i` is added.
    #[default]
    Added,
    /// `β r_i + (1 − β) m_i` with the sum of messages `m_i` and `β = sigmoid(w_β [m_i ‖ r_i ‖ m_i − r_i])`
    /// (`beta=True`).
    Gated,
}

/// Configuration of [`TransformerConv`].
#[derive(Config, Debug)]
pub struct TransformerConvConfig {
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
    /// How a node's own features enter the output.
    #[config(default = "Skip::Added")]
    pub skip: Skip,
}

/// Graph transformer: `x'_i = W_s x_i + Σ_j α_ij (W_v x_j + W_e e_ij)`,
/// `α = softmax_j (W_q x_i)ᵀ (W_k x_j + W_e e_ij) / √C`, biases left out here. On Flex one operation, which stores no row per edge.
///
/// Source: Y. Shi et al., "Masked Label Prediction: Unified Message Passing Model for Semi-Supervised Classification", IJCAI
/// 2021; PyTorch Geometric's `TransformerConv`: `lin_query`, `lin_key`, `lin_value`, `lin_edge`, `lin_skip`, `lin_beta`.
#[derive(Module, Debug)]
pub struct TransformerConv<B: Backend> {
    /// `W_q` and its bias, `D` to `H·C`.
    pub query: FullyConnected<B>,
    /// `W_k` and its bias, `D` to `H·C`.
    pub key: FullyConnected<B>,
    /// `W_v` and its bias, `D` to `H·C`.
    pub value: FullyConnected<B>,
    /// `W_e`, `[H·C, De]`.
    pub edge_weight: Option<Param<Tensor<B, 2>>>,
    /// `W_s` and its bias, `D` to the width of the output.
    pub skip: Option<FullyConnected<B>>,
    /// `w_β`, `[1, 3 · width of the output]`.
    pub gate: Option<Param<Tensor<B, 2>>>,
    heads: usize,
    #[module(skip)]
    merge: HeadMerge,
}

impl TransformerConvConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for a width or a number of heads that is 0.
    pub fn check(&self) -> Result<(), GnnError> {
        check_conv(self.input, self.output, self.heads, self.edge_input)
    }

    /// Draws initial weights (PyTorch's rule for `Linear`).
    ///
    /// # Panics
    ///
    /// If [`TransformerConvConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> TransformerConv<B> {
        self.check().or_panic();
        let width = self.heads * self.output;
        let merged = self.merge.width(self.heads, self.output);
        let mut linear = |output| FullyConnectedConfig::new(self.input, output).init(device, random);
        let (query, key, value) = (linear(width), linear(width), linear(width));
        let skip = (self.skip != Skip::Absent).then(|| linear(merged));
        let gated = self.skip == Skip::Gated;
        TransformerConv {
            query,
            key,
            value,
            edge_weight: self.edge_input.map(|e| initializer::linear([width, e], e, device, random)),
            skip,
            gate: gated.then(|| initializer::linear([1, 3 * merged], 3 * merged, device, random)),
            heads: self.heads,
            merge: self.merge,
        }
    }
}

impl<B: Backend> TransformerConv<B> {
    /// Width of the output, given that of all heads together.
    pub(crate) fn output_width(&self, all_heads: usize) -> usize {
        self.merge.width(self.heads, all_heads / self.heads)
    }
}

impl<B: GraphBackend> TransformerConv<B> {
    /// Attends; `edge_features` must be there exactly if the layer was configured with them.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, D]`, `edge_features`: `[E, De]`; output: `[N, H·C]` or `[N, C]`
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
    ) -> Tensor<B, 2> {
        let edge_input = self.edge_weight.as_ref().map(|weight| weight.dims()[1]);
        graph.expect_nodes("TransformerConv's node features", &x, self.query.weight.dims()[1]);
        graph.expect_edge_features("TransformerConv's edge features", edge_features.as_ref(), edge_input);
        match &self.skip {
            Some(skip)
                if self.adds_skip_as_it_is() && edge_kernels::fit(&x, edge_features.as_ref(), graph) =>
            {
                let maps = [&self.query, &self.key, &self.value, skip];
                self.attend(&maps, Root::Added, &Pairs::new(&x, edge_features.as_ref(), graph))
            }
            _ => self.propagate(x, edge_features, graph),
        }
    }

    /// Whether the output is the sum of messages and `r`, as wide as all heads.
    fn adds_skip_as_it_is(&self) -> bool {
        self.gate.is_none() && (self.merge == HeadMerge::Concatenate || self.heads == 1)
    }

    /// The attention of every edge, `[E, H]`, under the conditions of [`TransformerConv::forward`].
    ///
    /// # Panics
    ///
    /// If the rows or columns of `pairs` do not fit.
    #[must_use]
    pub fn attention(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        edge_softmax(self.scores(pairs), pairs.graph())
    }

    /// `(W_q x_i)ᵀ (W_k x_j + W_e e_ij) / √C`, `[E, H]`.
    fn scores(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let graph = pairs.graph();
        let queries = graph.at_targets(self.query.forward(pairs.nodes()));
        let keys = self.with_edges(graph.at_sources(self.key.forward(pairs.nodes())), pairs);
        let products = queries * keys;
        let width = products.dims()[1];
        let sums = head_mask([width, self.heads], &products).transpose();
        dense_map(products, sums, None) / ((width / self.heads) as f64).sqrt()
    }

    /// The sum of messages by kernels, all maps of the nodes as one product.
    fn attend(&self, maps: &[&FullyConnected<B>], root: Root, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let (weights, biases) = maps.iter().map(|map| (map.weight.val(), map.bias.val())).unzip();
        let operands = EdgeOperands {
            nodes: dense_maps(pairs.nodes(), weights, biases),
            vector: None,
            edges: pairs
                .edge_features()
                .zip(self.edge_weight.as_ref())
                .map(|(features, weight)| EdgeTerms { weight: weight.val(), features }),
        };
        let function = EdgeFunction::DotAttention { heads: self.heads, root };
        edge_kernels::apply(function, operands, pairs.graph()).values
    }

    /// `x + W_e e_ij`.
    fn with_edges(&self, x: Tensor<B, 2>, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        match (pairs.edge_features(), &self.edge_weight) {
            (Some(features), Some(weight)) => x + dense_map(features, weight.val(), None),
            _ => x,
        }
    }
}

impl<B: GraphBackend> MessagePassing<B> for TransformerConv<B> {
    fn aggregation(&self) -> Aggregation {
        Aggregation::Sum
    }

    fn message(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let values = pairs.graph().at_sources(self.value.forward(pairs.nodes()));
        let values = self.with_edges(values, pairs);
        let mask = head_mask([values.dims()[1], self.heads], &values);
        dense_map(self.attention(pairs), mask, None) * values
    }

    fn message_and_aggregate(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        if edge_kernels::fit(&pairs.nodes(), pairs.edge_features().as_ref(), pairs.graph()) {
            return self.attend(&[&self.query, &self.key, &self.value], Root::Absent, pairs);
        }
        // Without edge features the values are those of nodes, and the fused attention sums them.
        if self.edge_weight.is_some() {
            return Aggregation::Sum.aggregate(self.message(pairs), pairs.graph());
        }
        let values = self.value.forward(pairs.nodes());
        attend::by_scores(values, self.scores(pairs), pairs.graph()).0
    }

    fn update(&self, aggregated: Tensor<B, 2>, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let messages = self.merge.merge(aggregated, self.heads);
        let Some(skip) = &self.skip else { return messages };
        let own = skip.forward(pairs.nodes());
        let Some(gate) = &self.gate else { return messages + own };
        let compared = Tensor::cat(vec![messages.clone(), own.clone(), messages.clone() - own.clone()], 1);
        let beta = sigmoid(dense_map(compared, gate.val(), None));
        own * beta.clone() + messages * (beta.neg() + 1.0)
    }
}
