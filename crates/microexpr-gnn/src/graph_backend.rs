use std::sync::Arc;

use burn::prelude::*;
use burn::tensor::DType;

use crate::attention::{AttentionInputs, AttentionOutput, AttentionSettings, fused, reference};
use crate::error::OrPanic;
use crate::sparse::{self, SparseMatrix};
use crate::{GnnError, GraphBatch};

/// Every Burn backend: the graph layers run on all of them, with and without `Autodiff`.
///
/// In single precision, Flex, CUDA and wgpu ([`backend`](crate::backend)) run kernels of their own, which never store an
/// `[E, D]` tensor. Every other backend, and every other precision, runs plain tensor operations
/// ([`reference`](mod@crate::attention::reference)).
pub trait GraphBackend: Backend {
    /// Eqs. 2 and 5–8 up to the activation: both softmaxes over the incoming edges, their fusion, the weighted sum.
    ///
    /// # Panics
    ///
    /// If [`AttentionInputs::check`] fails.
    fn adaptive_attention(
        inputs: AttentionInputs<Self>,
        graph: &GraphBatch<Self>,
        settings: &AttentionSettings,
    ) -> AttentionOutput<Self> {
        inputs.check(graph).or_panic();
        let fits = inputs.is_single_precision() && graph.topology().edges() > 0;
        let tried = if fits { fused::attention(inputs, graph, settings) } else { Err(inputs) };
        tried.unwrap_or_else(|inputs| reference::adaptive_attention(inputs, graph, settings))
    }

    /// `matrix · x`, with a gradient for `x`.
    ///
    /// # Shapes
    ///
    /// - `x`: `[columns, C]`; output: `[rows, C]`
    ///
    /// # Panics
    ///
    /// If `x` has not as many rows as the matrix has columns.
    fn sparse_product(matrix: &Arc<SparseMatrix>, x: Tensor<Self, 2>) -> Tensor<Self, 2> {
        let [rows, channels] = x.dims();
        GnnError::check_shape(
            "what a sparse matrix is multiplied with",
            [rows, channels],
            [matrix.columns(), channels],
        )
        .or_panic();
        if matrix.rows() == 0 || rows == 0 {
            return Tensor::zeros([matrix.rows(), channels], (&x.device(), x.dtype()));
        }
        let tried = if x.dtype() == DType::F32 { fused::sparse_product(matrix, x) } else { Err(x) };
        tried.unwrap_or_else(|x| sparse::plain::product(matrix, x))
    }

    /// Runs two computations that need nothing of each other: on two threads where the calling thread does the arithmetic
    /// (Flex), one after the other where it only queues it.
    fn side_by_side<X: Send, Y: Send>(
        first: impl FnOnce() -> X + Send,
        second: impl FnOnce() -> Y + Send,
    ) -> (X, Y) {
        #[cfg(feature = "flex")]
        if std::any::TypeId::of::<Self>() == std::any::TypeId::of::<burn::backend::Flex>() {
            return rayon::join(first, second);
        }
        (first(), second())
    }
}

impl<B: Backend> GraphBackend for B {}
