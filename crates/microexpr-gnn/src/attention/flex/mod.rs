//! The attention fused for Burn's CPU backend, with a backward pass of its own.
//!
//! Mean, variance and density of an edge are computed on the fly, and again in the backward pass: no `[E, D]` tensor is
//! ever stored.

mod dispatch;
mod kernel;
mod lanes;
mod passes;

use std::sync::Arc;

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::{Flex, FlexTensor, Layout};
use burn::prelude::*;
use burn::tensor::{Bytes, DType, TensorPrimitive};

use super::op::{
    AttentionInputs, AttentionOutput, AttentionSettings, AttentionWeights, GaussianTerms, GraphBackend,
    SelfLogits,
};
use crate::{GraphBatch, Topology};
use kernel::{Alphas, GaussianOperands, Operands, SelfOperands};
use passes::Forward;

/// Number of operands: values, three self-attention parts, four Gaussian parts, λ.
const OPERANDS: usize = 9;

/// The operands in order, contiguous; `None` where a mechanism is absent.
type Primitives = [Option<FlexTensor>; OPERANDS];

impl GraphBackend for Flex {
    fn adaptive_attention(
        inputs: AttentionInputs<Self>,
        graph: &GraphBatch<Self>,
        settings: &AttentionSettings,
    ) -> AttentionOutput<Self> {
        let operands = listed(inputs).map(|t| t.map(|t| t.to_contiguous()));
        let forward = run_forward(&operands, graph.topology(), settings);
        let channels = columns(&operands[0]);
        let weights = weights::<Self>(&forward);
        AttentionOutput { values: float::<Self, 2>(matrix(forward.values, channels)), weights }
    }
}

impl<C: CheckpointStrategy> GraphBackend for Autodiff<Flex, C> {
    fn adaptive_attention(
        inputs: AttentionInputs<Self>,
        graph: &GraphBatch<Self>,
        settings: &AttentionSettings,
    ) -> AttentionOutput<Self> {
        let tracked = listed(inputs);
        let operands = tracked.each_ref().map(|t| t.as_ref().map(|t| t.primitive.to_contiguous()));
        let mut forward = run_forward(&operands, graph.topology(), settings);
        let weights = weights::<Self>(&forward);
        let values = matrix(std::mem::take(&mut forward.values), columns(&operands[0]));
        // An absent operand has no node; the first one stands in and receives no gradient.
        let [Some(first), ..] = &tracked else { unreachable!("values are always present") };
        let nodes = tracked.each_ref().map(|t| t.as_ref().unwrap_or(first).node.clone());
        let state = Saved { operands, forward, topology: graph.topology().clone(), settings: *settings };
        let values = match FusedAttention.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => prepared.finish(state, values),
            OpsKind::UnTracked(prepared) => prepared.finish(values),
        };
        AttentionOutput { values: float::<Self, 2>(values), weights }
    }
}

#[derive(Debug)]
struct FusedAttention;

#[derive(Debug, Clone)]
struct Saved {
    operands: Primitives,
    forward: Forward,
    topology: Arc<Topology>,
    settings: AttentionSettings,
}

impl Backward<Flex, OPERANDS> for FusedAttention {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, OPERANDS>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<Flex>(&ops.node).to_contiguous();
        let saved = ops.state;
        let edge_weight = transposed_edge_weight(&saved.operands);
        let operands = operands(&saved.operands, &edge_weight, &saved.topology, &saved.settings);
        let alphas = Alphas {
            alpha_self: &saved.forward.alpha_self,
            alpha_gaussian: &saved.forward.alpha_gaussian,
            alpha: &saved.forward.alpha,
        };
        let out = passes::backward(&operands, &alphas, gradient.storage());
        let (width, edge_width) = operands.gaussian.map_or((0, 0), |g| (g.width, g.edge_width));
        let lists = [
            out.values,
            out.self_target,
            out.self_source,
            out.self_edge,
            out.gaussian_target,
            out.gaussian_source,
            transpose(&out.shared.edge_weight, edge_width, width),
            out.edge_features,
            vec![out.shared.lambda],
        ];
        for ((operand, list), parent) in saved.operands.iter().zip(lists).zip(ops.parents) {
            if let (Some(operand), Some(parent)) = (operand, parent) {
                grads.register::<Flex>(parent.id, tensor(list, operand.layout().shape().clone()));
            }
        }
    }
}

fn run_forward(list: &Primitives, topology: &Topology, settings: &AttentionSettings) -> Forward {
    let edge_weight = transposed_edge_weight(list);
    passes::forward(&operands(list, &edge_weight, topology, settings))
}

fn operands<'a>(
    list: &'a Primitives,
    edge_weight: &'a [f32],
    topology: &'a Topology,
    settings: &'a AttentionSettings,
) -> Operands<'a> {
    let slice = |k: usize| list[k].as_ref().map(FlexTensor::storage::<f32>);
    let own = match (slice(1), slice(2), slice(3)) {
        (Some(target), Some(source), Some(edge)) => Some(SelfOperands { target, source, edge }),
        _ => None,
    };
    let gaussian = match (slice(4), slice(5), slice(7)) {
        (Some(target), Some(source), Some(edge_features)) => Some(GaussianOperands {
            target,
            source,
            edge_weight,
            edge_features,
            width: columns(&list[4]),
            edge_width: columns(&list[7]),
        }),
        _ => None,
    };
    assert!(
        own.is_some() || gaussian.is_some(),
        "attention needs self-attention, Gaussian attention or both"
    );
    Operands {
        topology,
        settings,
        values: slice(0).unwrap_or_default(),
        channels: columns(&list[0]),
        own,
        gaussian,
        lambda: slice(8).and_then(|l| l.first().copied()).unwrap_or_default(),
    }
}

/// `[D, De]` to `[De, D]`.
fn transposed_edge_weight(list: &Primitives) -> Vec<f32> {
    list[6].as_ref().map_or_else(Vec::new, |w| {
        let shape = w.layout().shape();
        transpose(w.storage(), shape[0], shape[1])
    })
}

fn transpose(values: &[f32], rows: usize, cols: usize) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    for (i, value) in values.iter().enumerate() {
        out[(i % cols) * rows + i / cols] = *value;
    }
    out
}

fn listed<B: Backend>(inputs: AttentionInputs<B>) -> [Option<B::FloatTensorPrimitive>; OPERANDS] {
    let (target, source, edge) = match inputs.self_logits {
        Some(SelfLogits { target, source, edge }) => (Some(target), Some(source), Some(edge)),
        None => (None, None, None),
    };
    let (p, q, edge_weight, edge_features) = match inputs.gaussian {
        Some(GaussianTerms { target, source, edge_weight, edge_features }) => {
            (Some(target), Some(source), Some(edge_weight), Some(edge_features))
        }
        None => (None, None, None, None),
    };
    [
        Some(primitive(inputs.values)),
        target.map(primitive),
        source.map(primitive),
        edge.map(primitive),
        p.map(primitive),
        q.map(primitive),
        edge_weight.map(primitive),
        edge_features.map(primitive),
        Some(primitive(inputs.lambda)),
    ]
}

fn primitive<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> B::FloatTensorPrimitive {
    tensor.into_primitive().tensor()
}

fn float<B: Backend, const D: usize>(primitive: B::FloatTensorPrimitive) -> Tensor<B, D> {
    Tensor::from_primitive(TensorPrimitive::Float(primitive))
}

fn weights<B: Backend>(forward: &Forward) -> AttentionWeights<B>
where
    B::Device: Default,
{
    let list = |values: &[f32]| {
        Tensor::<B, 1>::from_data(TensorData::new(values.to_vec(), [values.len()]), &B::Device::default())
    };
    let optional = |values: &[f32]| (!values.is_empty()).then(|| list(values));
    AttentionWeights {
        self_attention: optional(&forward.alpha_self),
        gaussian: optional(&forward.alpha_gaussian),
        fused: list(&forward.alpha),
    }
}

fn columns(operand: &Option<FlexTensor>) -> usize {
    operand.as_ref().map_or(0, |t| t.layout().shape()[1])
}

fn matrix(values: Vec<f32>, columns: usize) -> FlexTensor {
    let rows = values.len() / columns.max(1);
    tensor(values, burn::tensor::Shape::from([rows, columns]))
}

fn tensor(values: Vec<f32>, shape: burn::tensor::Shape) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(values), Layout::contiguous(shape), DType::F32)
}
