use std::sync::Arc;

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::prelude::*;
use burn::tensor::ops::FloatTensor;

use super::backend::{EdgeBackend, EdgeForward};
use super::{EdgeFunction, EdgeOperands, EdgeOutput};
use crate::attention::fused::{float, primitive};
use crate::{GraphBatch, Topology};

/// The operation without gradients.
pub(super) fn plain<B: EdgeBackend>(
    function: EdgeFunction,
    operands: EdgeOperands<Tensor<B, 2>>,
    graph: &GraphBatch<B>,
) -> EdgeOutput<B> {
    let operands = operands.map(|tensor| B::without_gaps(primitive(tensor)));
    let EdgeForward { values, alpha } = B::edge_forward(function, &operands, graph.topology());
    EdgeOutput { values: float::<B>(values), alpha: float::<B>(alpha) }
}

/// The operation as a node of the gradient's graph.
pub(super) fn tracked<B: EdgeBackend, C: CheckpointStrategy>(
    function: EdgeFunction,
    operands: EdgeOperands<Tensor<Autodiff<B, C>, 2>>,
    graph: &GraphBatch<Autodiff<B, C>>,
) -> EdgeOutput<Autodiff<B, C>> {
    // The tensors live until their successor is registered, as in the fused attention.
    let tracked = operands.map(primitive);
    // Absent operands have no node; that of the nodes stands in at the end of the list and receives no gradient.
    let mut parents = Vec::with_capacity(OPERANDS);
    let operands = tracked.as_ref().map(|operand| {
        parents.push(operand.node.clone());
        B::without_gaps(operand.primitive.clone())
    });
    let parents = std::array::from_fn(|k| parents.get(k).unwrap_or(&parents[0]).clone());
    let topology = Arc::clone(graph.topology());
    let EdgeForward { values, alpha } = B::edge_forward(function, &operands, &topology);
    let weights = Tensor::from_inner(float::<B>(alpha.clone()));
    let values = match FusedEdges.prepare::<C>(parents).compute_bound().stateful() {
        OpsKind::Tracked(ready) => ready.finish(Saved { function, operands, alpha, topology }, values),
        OpsKind::UnTracked(ready) => ready.finish(values),
    };
    drop(tracked);
    EdgeOutput { values: float::<Autodiff<B, C>>(values), alpha: weights }
}

/// The most operands there can be: Burn takes the parents of a node as an array.
const OPERANDS: usize = 4;

#[derive(Debug)]
struct FusedEdges;

#[derive(Debug, Clone)]
struct Saved<B: EdgeBackend> {
    function: EdgeFunction,
    operands: EdgeOperands<FloatTensor<B>>,
    alpha: FloatTensor<B>,
    topology: Arc<Topology>,
}

impl<B: EdgeBackend> Backward<B, OPERANDS> for FusedEdges {
    type State = Saved<B>;

    fn backward(self, ops: Ops<Saved<B>, OPERANDS>, grads: &mut Gradients, _: &mut Checkpointer) {
        let Saved { function, operands, alpha, topology } = ops.state;
        let gradient = B::without_gaps(grads.consume::<B>(&ops.node));
        let mut parents = ops.parents.iter();
        let wanted = operands.as_ref().map(|_| parents.next().is_some_and(Option::is_some));
        let gradients = B::edge_backward(function, gradient, &operands, &wanted, &alpha, &topology);
        let mut parents = ops.parents.into_iter();
        gradients.map(|gradient| {
            if let (Some(gradient), Some(Some(parent))) = (gradient, parents.next()) {
                grads.register::<B>(parent.id, gradient);
            }
        });
    }
}
