use std::sync::Arc;

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::prelude::*;
use burn::tensor::ops::FloatTensor;

use super::{AttentionForward, FusedBackend, float, primitive};
use crate::GraphBatch;
use crate::attention::{
    AttentionInputs, AttentionOperands, AttentionOutput, AttentionSettings, AttentionWeights,
    GaussianOperands, SelfOperands,
};

/// Attention without gradients.
pub(super) fn plain<B: FusedBackend>(
    inputs: AttentionInputs<B>,
    graph: &GraphBatch<B>,
    settings: &AttentionSettings,
) -> AttentionOutput<B> {
    let operands = operands(inputs).map(B::contiguous);
    let lists = graph.kernel_lists(|| B::lists(graph.topology(), graph.device()));
    let forward = B::attention_forward(&operands, &lists, settings);
    let values = float::<B>(forward.values.clone());
    AttentionOutput { values, weights: weights(&forward, float::<B>) }
}

/// Attention as a node of the gradient's graph.
pub(super) fn tracked<B: FusedBackend, C: CheckpointStrategy>(
    inputs: AttentionInputs<Autodiff<B, C>>,
    graph: &GraphBatch<Autodiff<B, C>>,
    settings: &AttentionSettings,
) -> AttentionOutput<Autodiff<B, C>> {
    // The tensors live until their successor is registered: Burn frees a node that nobody holds and nothing follows, and does so
    // whenever any thread has finished a backward pass; the gradient would end there without a word.
    let tracked = operands(inputs);
    // Absent operands have no node; the values stand in at the end of the list and receive no gradient.
    let mut nodes = Vec::with_capacity(OPERANDS);
    let operands = tracked.as_ref().map(|operand| {
        nodes.push(operand.node.clone());
        B::contiguous(operand.primitive.clone())
    });
    let nodes = std::array::from_fn(|k| nodes.get(k).unwrap_or(&nodes[0]).clone());
    let lists = graph.kernel_lists(|| B::lists(graph.topology(), graph.device()));
    let forward = B::attention_forward(&operands, &lists, settings);
    let weights = weights(&forward, |primitive| Tensor::from_inner(float::<B>(primitive)));
    let values = forward.values.clone();
    let values = match FusedAttention.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => {
            prepared.finish(Saved { operands, forward, lists, settings: *settings }, values)
        }
        OpsKind::UnTracked(prepared) => prepared.finish(values),
    };
    drop(tracked);
    AttentionOutput { values: float::<Autodiff<B, C>>(values), weights }
}

/// The most operands there can be: Burn takes the parents of a node as an array.
const OPERANDS: usize = 9;

#[derive(Debug)]
struct FusedAttention;

#[derive(Debug, Clone)]
struct Saved<B: FusedBackend> {
    operands: AttentionOperands<FloatTensor<B>>,
    forward: AttentionForward<B>,
    lists: Arc<B::Lists>,
    settings: AttentionSettings,
}

impl<B: FusedBackend> Backward<B, OPERANDS> for FusedAttention {
    type State = Saved<B>;

    fn backward(self, ops: Ops<Saved<B>, OPERANDS>, grads: &mut Gradients, _: &mut Checkpointer) {
        let Saved { operands, forward, lists, settings } = ops.state;
        let gradient = B::contiguous(grads.consume::<B>(&ops.node));
        let mut parents = ops.parents.iter();
        let wanted = operands.as_ref().map(|_| parents.next().is_some_and(Option::is_some));
        let gradients = B::attention_backward(gradient, &operands, &wanted, &forward, &lists, &settings);
        let mut parents = ops.parents.into_iter();
        gradients.map(|gradient| {
            if let (Some(gradient), Some(Some(parent))) = (gradient, parents.next()) {
                grads.register::<B>(parent.id, gradient);
            }
        });
    }
}

fn operands<B: Backend>(inputs: AttentionInputs<B>) -> AttentionOperands<FloatTensor<B>> {
    AttentionOperands {
        values: primitive(inputs.values),
        own: inputs.self_logits.map(|logits| SelfOperands {
            target: primitive(logits.target),
            source: primitive(logits.source),
            edge: primitive(logits.edge),
        }),
        gaussian: inputs.gaussian.map(|terms| GaussianOperands {
            target: primitive(terms.target),
            source: primitive(terms.source),
            edge_weight: primitive(terms.edge_weight),
            edge_features: primitive(terms.edge_features),
        }),
        lambda: primitive(inputs.lambda),
    }
}

fn weights<B: Backend, K: Backend>(
    forward: &AttentionForward<B>,
    tensor: impl Fn(FloatTensor<B>) -> Tensor<K, 2>,
) -> AttentionWeights<K> {
    AttentionWeights {
        self_attention: forward.alpha_self.clone().map(&tensor),
        gaussian: forward.alpha_gaussian.clone().map(&tensor),
        fused: tensor(forward.alpha.clone()),
    }
}
