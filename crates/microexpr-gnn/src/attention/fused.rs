//! How a backend's own attention kernels become a differentiable operation.

use std::fmt::Debug;
use std::sync::Arc;

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::prelude::*;
use burn::tensor::ops::FloatTensor;
use burn::tensor::{DType, TensorPrimitive};

use super::op::{
    AttentionInputs, AttentionOutput, AttentionSettings, AttentionWeights, GaussianTerms, GraphBackend,
    SelfLogits,
};
use super::reference;
use crate::sparse::{SparseMatrix, plain};
use crate::{GraphBatch, Topology};

/// Number of operands: values, three parts of self-attention, four of Gaussian attention, λ.
pub const OPERANDS: usize = 9;

/// Values `[N, C]`; self-attention's target `[N, H]`, source `[N, H]`, edge `[E, H]`; Gaussian attention's target
/// `[N, D]`, source `[N, D]`, edge weight `[D, De]`, edge features `[E, De]`; λ `[1]`. `None` where a mechanism is absent.
pub type AttentionOperands<B> = [Option<FloatTensor<B>>; OPERANDS];

/// Result of the attention kernels; the weights are kept for the backward pass.
#[derive(Debug, Clone)]
pub struct AttentionForward<B: Backend> {
    /// `[N, C]`.
    pub values: FloatTensor<B>,
    /// α_self, `[E, H]`.
    pub alpha_self: Option<FloatTensor<B>>,
    /// α_gaussian, `[E, 1]`.
    pub alpha_gaussian: Option<FloatTensor<B>>,
    /// α_final, `[E, H]`.
    pub alpha: FloatTensor<B>,
}

/// Which way a [`SparseMatrix`] is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// As it is.
    Forward,
    /// Transposed.
    Transposed,
}

/// A backend with kernels of its own for attention and sparse products, in single precision.
///
/// [`GraphBackend`] follows from it, with and without [`Autodiff`]. All operands are contiguous.
pub trait FusedBackend: Backend {
    /// The edge lists in the form the kernels read.
    type Lists: Debug + Clone + Send + Sync + 'static;
    /// A sparse matrix in the form the kernels read; the matrix keeps it, so it must not hold the matrix.
    type Sparse: Debug + Clone + Send + Sync + 'static;

    /// Prepares the edge lists of a batch.
    fn lists(topology: &Arc<Topology>, device: &Self::Device) -> Self::Lists;

    /// Lays out a tensor row by row without gaps.
    fn contiguous(tensor: FloatTensor<Self>) -> FloatTensor<Self>;

    /// Attention weights and weighted sums.
    fn attention_forward(
        operands: &AttentionOperands<Self>,
        lists: &Self::Lists,
        settings: &AttentionSettings,
    ) -> AttentionForward<Self>;

    /// Gradients of the operands, given that of the values. Those of operands that are not `wanted` may be left out.
    fn attention_backward(
        gradient: FloatTensor<Self>,
        operands: &AttentionOperands<Self>,
        wanted: &[bool; OPERANDS],
        forward: &AttentionForward<Self>,
        lists: &Self::Lists,
        settings: &AttentionSettings,
    ) -> AttentionOperands<Self>;

    /// Prepares a sparse matrix.
    fn sparse(matrix: &Arc<SparseMatrix>, device: &Self::Device) -> Self::Sparse;

    /// Sparse matrix times dense `[columns, C]`.
    fn sparse_times(matrix: &Self::Sparse, direction: Direction, x: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// [`GraphBackend::adaptive_attention`] without gradients.
pub(super) fn attention<B: FusedBackend>(
    inputs: AttentionInputs<B>,
    graph: &GraphBatch<B>,
    settings: &AttentionSettings,
) -> AttentionOutput<B> {
    if !fits(&inputs, graph) {
        return reference::adaptive_attention(inputs, graph, settings);
    }
    let operands = listed(inputs).map(|operand| operand.map(B::contiguous));
    let lists = graph.kernel_lists(|| B::lists(graph.topology(), graph.device()));
    let forward = B::attention_forward(&operands, &lists, settings);
    let values = float::<B>(forward.values.clone());
    AttentionOutput { values, weights: weights(&forward, |primitive| float::<B>(primitive)) }
}

/// [`GraphBackend::sparse_product`] without gradients.
pub(super) fn sparse_product<B: FusedBackend>(matrix: &Arc<SparseMatrix>, x: Tensor<B, 2>) -> Tensor<B, 2> {
    if x.dtype() != DType::F32 {
        return plain::product(matrix, x);
    }
    let device = x.device();
    let prepared = matrix.on_device(|| B::sparse(matrix, &device));
    float::<B>(B::sparse_times(&prepared, Direction::Forward, primitive(x)))
}

impl<B: FusedBackend, C: CheckpointStrategy> GraphBackend for Autodiff<B, C> {
    fn adaptive_attention(
        inputs: AttentionInputs<Self>,
        graph: &GraphBatch<Self>,
        settings: &AttentionSettings,
    ) -> AttentionOutput<Self> {
        if !fits(&inputs, graph) {
            return reference::adaptive_attention(inputs, graph, settings);
        }
        let tracked = listed(inputs);
        let operands = tracked.each_ref().map(|t| t.as_ref().map(|t| B::contiguous(t.primitive.clone())));
        let lists = graph.kernel_lists(|| B::lists(graph.topology(), graph.device()));
        let forward = B::attention_forward(&operands, &lists, settings);
        let weights = weights(&forward, |primitive| Tensor::from_inner(float::<B>(primitive)));
        let values = forward.values.clone();
        // An absent operand has no node; the values stand in and receive no gradient.
        let [Some(first), ..] = &tracked else { unreachable!("values are always present") };
        let nodes = tracked.each_ref().map(|t| t.as_ref().unwrap_or(first).node.clone());
        let values = match FusedAttention.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                prepared.finish(Saved { operands, forward, lists, settings: *settings }, values)
            }
            OpsKind::UnTracked(prepared) => prepared.finish(values),
        };
        AttentionOutput { values: float::<Self>(values), weights }
    }

    fn sparse_product(matrix: &Arc<SparseMatrix>, x: Tensor<Self, 2>) -> Tensor<Self, 2> {
        if x.dtype() != DType::F32 {
            return plain::product(matrix, x);
        }
        let device = x.device();
        let prepared = matrix.on_device(|| B::sparse(matrix, &device));
        let x = primitive(x);
        let out = B::sparse_times(&prepared, Direction::Forward, x.primitive.clone());
        float::<Self>(match SparseProduct.prepare::<C>([x.node.clone()]).compute_bound().stateful() {
            OpsKind::Tracked(ready) => ready.finish(SavedMatrix::<B>(prepared), out),
            OpsKind::UnTracked(ready) => ready.finish(out),
        })
    }
}

#[derive(Debug)]
struct FusedAttention;

#[derive(Debug, Clone)]
struct Saved<B: FusedBackend> {
    operands: AttentionOperands<B>,
    forward: AttentionForward<B>,
    lists: Arc<B::Lists>,
    settings: AttentionSettings,
}

impl<B: FusedBackend> Backward<B, OPERANDS> for FusedAttention {
    type State = Saved<B>;

    fn backward(self, ops: Ops<Saved<B>, OPERANDS>, grads: &mut Gradients, _: &mut Checkpointer) {
        let Saved { operands, forward, lists, settings } = ops.state;
        let gradient = B::contiguous(grads.consume::<B>(&ops.node));
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let gradients = B::attention_backward(gradient, &operands, &wanted, &forward, &lists, &settings);
        for ((gradient, operand), parent) in gradients.into_iter().zip(&operands).zip(ops.parents) {
            if let (Some(gradient), Some(_), Some(parent)) = (gradient, operand, parent) {
                grads.register::<B>(parent.id, gradient);
            }
        }
    }
}

#[derive(Debug)]
struct SparseProduct;

#[derive(Debug, Clone)]
struct SavedMatrix<B: FusedBackend>(Arc<B::Sparse>);

impl<B: FusedBackend> Backward<B, 1> for SparseProduct {
    type State = SavedMatrix<B>;

    fn backward(self, ops: Ops<SavedMatrix<B>, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = grads.consume::<B>(&ops.node);
        if let [Some(parent)] = ops.parents {
            grads.register::<B>(parent.id, B::sparse_times(&ops.state.0, Direction::Transposed, gradient));
        }
    }
}

/// Whether the kernels can do it: single precision, and an edge to work on.
fn fits<B: Backend>(inputs: &AttentionInputs<B>, graph: &GraphBatch<B>) -> bool {
    let some = inputs.self_logits.is_some() || inputs.gaussian.is_some();
    assert!(some, "attention needs self-attention, Gaussian attention or both");
    inputs.values.dtype() == DType::F32 && graph.topology().edges() > 0
}

fn listed<B: Backend>(inputs: AttentionInputs<B>) -> AttentionOperands<B> {
    let [target, source, edge] = match inputs.self_logits {
        Some(SelfLogits { target, source, edge }) => [target, source, edge].map(Some),
        None => [None, None, None],
    };
    let [p, q, edge_weight, edge_features] = match inputs.gaussian {
        Some(GaussianTerms { target, source, edge_weight, edge_features }) => {
            [target, source, edge_weight, edge_features].map(Some)
        }
        None => [None, None, None, None],
    };
    let lambda = primitive::<B, 1>(inputs.lambda);
    let [values, target, source, edge, p, q, edge_weight, edge_features] =
        [Some(inputs.values), target, source, edge, p, q, edge_weight, edge_features]
            .map(|operand| operand.map(primitive::<B, 2>));
    [values, target, source, edge, p, q, edge_weight, edge_features, Some(lambda)]
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

fn primitive<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> FloatTensor<B> {
    tensor.into_primitive().tensor()
}

fn float<B: Backend>(primitive: FloatTensor<B>) -> Tensor<B, 2> {
    Tensor::from_primitive(TensorPrimitive::Float(primitive))
}
