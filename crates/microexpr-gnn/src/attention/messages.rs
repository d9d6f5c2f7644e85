//! The attention layers as messages, `α_ij W x_j`: what they are without the fused operation.
//!
//! Layers that need edge features panic without them.

use burn::prelude::*;
use burn::tensor::activation::leaky_relu;

use super::{
    AdaptiveAttention, AttentionInputs, AttentionSettings, DensityReduction, GatConv, Gatv2Conv,
    GaussianConv, SelfLogits, head_mask, reference,
};
use crate::dense_map::dense_map;
use crate::message_passing::{Aggregation, MessagePassing, Pairs, edge_softmax};
use crate::{GnnError, GraphBackend, GraphBatch};

impl<B: GraphBackend> MessagePassing<B> for GatConv<B> {
    fn aggregation(&self) -> Aggregation {
        Aggregation::Sum
    }

    fn message(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let (values, logits) = self.operands(pairs.nodes(), pairs.edge_features(), pairs.graph());
        by_self_attention(values, logits, self.negative_slope(), pairs.graph())
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
        by_self_attention(values, logits, 1.0, pairs.graph())
    }

    fn update(&self, aggregated: Tensor<B, 2>, _: &Pairs<'_, B>) -> Tensor<B, 2> {
        self.output(aggregated)
    }
}

impl<B: GraphBackend> MessagePassing<B> for GaussianConv<B> {
    fn aggregation(&self) -> Aggregation {
        Aggregation::Sum
    }

    fn message(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let inputs = self.inputs(pairs.nodes(), needed(pairs), pairs.graph());
        weighted(inputs, self.settings(), pairs.graph())
    }

    fn update(&self, aggregated: Tensor<B, 2>, _: &Pairs<'_, B>) -> Tensor<B, 2> {
        aggregated + self.bias.val().unsqueeze()
    }
}

impl<B: GraphBackend> MessagePassing<B> for AdaptiveAttention<B> {
    fn aggregation(&self) -> Aggregation {
        Aggregation::Sum
    }

    fn message(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let inputs = self.inputs(pairs.nodes(), needed(pairs), pairs.graph());
        weighted(inputs, &self.operation_settings(), pairs.graph())
    }

    fn update(&self, aggregated: Tensor<B, 2>, _: &Pairs<'_, B>) -> Tensor<B, 2> {
        self.activated(aggregated)
    }
}

fn needed<B: GraphBackend>(pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
    pairs.edge_features().unwrap_or_else(|| panic!("edge features: the layer needs some, found none"))
}

fn by_self_attention<B: GraphBackend>(
    values: Tensor<B, 2>,
    logits: SelfLogits<B>,
    negative_slope: f64,
    graph: &GraphBatch<B>,
) -> Tensor<B, 2> {
    let lambda = Tensor::ones([1], (graph.device(), values.dtype()));
    let inputs = AttentionInputs { values, self_logits: Some(logits), gaussian: None, lambda };
    let settings =
        AttentionSettings { negative_slope, variance_floor: 0.0, reduction: DensityReduction::Sum };
    weighted(inputs, &settings, graph)
}

/// The values of every edge's source times its attention (eqs. 2 and 5–7), head by head, `[E, H·C]`.
fn weighted<B: GraphBackend>(
    inputs: AttentionInputs<B>,
    settings: &AttentionSettings,
    graph: &GraphBatch<B>,
) -> Tensor<B, 2> {
    let own = inputs.self_logits.map(|logits| {
        let sums = graph.at_targets(logits.target) + graph.at_sources(logits.source) + logits.edge;
        edge_softmax(leaky_relu(sums, settings.negative_slope), graph)
    });
    let gaussian = inputs.gaussian.map(|terms| {
        let density: Tensor<B, 2> =
            reference::gaussian_statistics(terms, graph, settings).density.unsqueeze_dim(1);
        edge_softmax(leaky_relu(density, settings.negative_slope), graph)
    });
    let alpha = match (own, gaussian) {
        (Some(own), Some(gaussian)) => {
            let lambda = inputs.lambda.unsqueeze::<2>();
            own * lambda.clone() + gaussian * (lambda.neg() + 1.0)
        }
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => panic!("{}", GnnError::NoMechanism),
    };
    let mask = head_mask([inputs.values.dims()[1], alpha.dims()[1]], &inputs.values);
    dense_map(alpha, mask, None) * graph.at_sources(inputs.values)
}
