use std::sync::Arc;

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::prelude::*;

use super::{Direction, FusedBackend, float, primitive};
use crate::sparse::SparseMatrix;

/// The product without gradients.
pub(super) fn plain<B: FusedBackend>(matrix: &Arc<SparseMatrix>, x: Tensor<B, 2>) -> Tensor<B, 2> {
    let device = x.device();
    let prepared = matrix.on_device(|| B::sparse(matrix, &device));
    float::<B>(B::sparse_times(&prepared, Direction::Forward, primitive(x)))
}

/// The product as a node of the gradient's graph.
pub(super) fn tracked<B: FusedBackend, C: CheckpointStrategy>(
    matrix: &Arc<SparseMatrix>,
    x: Tensor<Autodiff<B, C>, 2>,
) -> Tensor<Autodiff<B, C>, 2> {
    let device = x.device();
    let prepared = matrix.on_device(|| B::sparse(matrix, &device));
    let x = primitive(x);
    let out = B::sparse_times(&prepared, Direction::Forward, x.primitive.clone());
    float::<Autodiff<B, C>>(match SparseProduct.prepare::<C>([x.node.clone()]).compute_bound().stateful() {
        OpsKind::Tracked(ready) => ready.finish(SavedMatrix::<B>(prepared), out),
        OpsKind::UnTracked(ready) => ready.finish(out),
    })
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
