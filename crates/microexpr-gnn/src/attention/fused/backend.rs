use std::fmt::Debug;
use std::sync::Arc;

use burn::prelude::*;
use burn::tensor::ops::FloatTensor;

use crate::Topology;
use crate::attention::{AttentionOperands, AttentionSettings};
use crate::sparse::SparseMatrix;

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
/// All operands are contiguous, and their shapes fit the edge lists: that is checked before any kernel is started.
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
        operands: &AttentionOperands<FloatTensor<Self>>,
        lists: &Self::Lists,
        settings: &AttentionSettings,
    ) -> AttentionForward<Self>;

    /// Gradients of the operands, given that of the values. Those that are not `wanted` may be left out.
    fn attention_backward(
        gradient: FloatTensor<Self>,
        operands: &AttentionOperands<FloatTensor<Self>>,
        wanted: &AttentionOperands<bool>,
        forward: &AttentionForward<Self>,
        lists: &Self::Lists,
        settings: &AttentionSettings,
    ) -> AttentionOperands<Option<FloatTensor<Self>>>;

    /// Prepares a sparse matrix.
    fn sparse(matrix: &Arc<SparseMatrix>, device: &Self::Device) -> Self::Sparse;

    /// Sparse matrix times dense `[columns, C]`.
    fn sparse_times(matrix: &Self::Sparse, direction: Direction, x: FloatTensor<Self>) -> FloatTensor<Self>;
}
