use burn::prelude::*;
use burn::tensor::ops::FloatTensor;

use super::{EdgeFunction, EdgeOperands};
use crate::Topology;

/// Result of the kernels; the weights are kept for the backward pass.
#[derive(Debug, Clone)]
pub(crate) struct EdgeForward<B: Backend> {
    /// `[N, H·C]`.
    pub(crate) values: FloatTensor<B>,
    /// `[E, H]`, or `[0, 0]`.
    pub(crate) alpha: FloatTensor<B>,
}

/// A backend with kernels for [`EdgeFunction`]s, in single precision.
///
/// All operands are contiguous, and their shapes fit the edges: the layers check that before.
pub(crate) trait EdgeBackend: Backend {
    /// Lays out a tensor row by row without gaps.
    fn without_gaps(tensor: FloatTensor<Self>) -> FloatTensor<Self>;

    /// Sums and weights.
    fn edge_forward(
        function: EdgeFunction,
        operands: &EdgeOperands<FloatTensor<Self>>,
        topology: &Topology,
    ) -> EdgeForward<Self>;

    /// Gradients of the operands, given that of the sums and the weights of the forward pass. Those that are not `wanted` may be
    /// left out.
    fn edge_backward(
        function: EdgeFunction,
        gradient: FloatTensor<Self>,
        operands: &EdgeOperands<FloatTensor<Self>>,
        wanted: &EdgeOperands<bool>,
        alpha: &FloatTensor<Self>,
        topology: &Topology,
    ) -> EdgeOperands<Option<FloatTensor<Self>>>;
}
