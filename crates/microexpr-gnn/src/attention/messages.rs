//! The attention layers as messages, `α_ij W x_j`: what they are without the fused operation.

use burn::prelude::*;
use burn::tensor::activation::leaky_relu;

use super::{GatConv, Gatv2Conv, SelfLogits, head_mask};
use crate::message_passing::{Aggregation, MessagePassing, Pairs, edge_softmax};
use crate::{GraphBackend, GraphBatch};

impl<B: GraphBackend> MessagePassing<B> for GatConv<B> {
    fn aggregation(&self) -> Aggregation {
        Aggregation::Sum
    }

    fn message(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let (values, logits) = self.operands(pairs.nodes(), pairs.edge_features(), pairs.graph());
        weighted(values, logits, self.negative_slope(), pairs.graph())
    }

    fn update(&self, aggregated: Tensor<B, 2>, _: &Pairs<'_, B>) -> Tensor<B, 2> {
        self.output(aggregated)
    }
}

impl<B: GraphBackend> MessagePassing<B> for Gatv2Conv<B> {
    fn aggregation(&self) -> Aggregation {
        Aggregation::Sum
    }

    fn message(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let (values, logits) = self.operands(pairs.nodes(), pairs.edge_features(), pairs.graph());
        weighted(values, logits, 1.0, pairs.graph())
    }

    fn update(&self, aggregated: Tensor<B, 2>, _: &Pairs<'_, B>) -> Tensor<B, 2> {
        self.output(aggregated)
    }
}

/// The values of every edge's source times its attention, head by head, `[E, H·C]`.
fn weighted<B: GraphBackend>(
    values: Tensor<B, 2>,
    logits: SelfLogits<B>,
    negative_slope: f64,
    graph: &GraphBatch<B>,
) -> Tensor<B, 2> {
    let sums = graph.at_targets(logits.target) + graph.at_sources(logits.source) + logits.edge;
    let alpha = edge_softmax(leaky_relu(sums, negative_slope), graph);
    let mask = head_mask([values.dims()[1], alpha.dims()[1]], &values);
    alpha.matmul(mask.transpose()) * graph.at_sources(values)
}
