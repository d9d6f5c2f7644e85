//! The fused attention for every CubeCL runtime (CUDA, Vulkan, Metal, DirectX 12), from one kernel source.
//!
//! Mean, variance and density of an edge are computed on the fly, and again in the backward pass: no `[E, D]` tensor is
//! ever stored. Sums run over precomputed lists in a fixed order: no atomics, the same bits in every run.

mod backward;
mod backward_kernels;
mod forward;
mod forward_kernels;
pub(crate) mod launch;
mod lists;
mod pair;
mod pair_launch;

use std::sync::Arc;

use burn::tensor::ops::FloatTensor;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{BoolElement, CubeBackend, CubeRuntime, FloatElement, IntElement};

use super::{AttentionForward, AttentionOperands, AttentionSettings, Direction, FusedBackend};
use crate::Topology;
use crate::sparse::{SparseMatrix, cube};
pub use lists::EdgesOnDevice;

impl<R, F, I, BT> FusedBackend for CubeBackend<R, F, I, BT>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    type Lists = EdgesOnDevice<R>;
    type Sparse = cube::MatrixOnDevice<R>;

    fn lists(topology: &Arc<Topology>, device: &Self::Device) -> Self::Lists {
        lists::upload::<R, F, I, BT>(topology, device)
    }

    fn contiguous(tensor: FloatTensor<Self>) -> FloatTensor<Self> {
        into_contiguous(tensor)
    }

    fn attention_forward(
        operands: &AttentionOperands<CubeTensor<R>>,
        lists: &Self::Lists,
        settings: &AttentionSettings,
    ) -> AttentionForward<Self> {
        forward::run::<R, F, I, BT>(operands, lists, settings)
    }

    fn attention_backward(
        gradient: FloatTensor<Self>,
        operands: &AttentionOperands<CubeTensor<R>>,
        _: &AttentionOperands<bool>,
        forward: &AttentionForward<Self>,
        lists: &Self::Lists,
        settings: &AttentionSettings,
    ) -> AttentionOperands<Option<CubeTensor<R>>> {
        backward::run::<R, F, I, BT>(&gradient, operands, forward, lists, settings)
    }

    fn sparse(matrix: &Arc<SparseMatrix>, device: &Self::Device) -> Self::Sparse {
        cube::upload::<R, F, I, BT>(matrix, device)
    }

    fn sparse_times(matrix: &Self::Sparse, direction: Direction, x: FloatTensor<Self>) -> FloatTensor<Self> {
        match direction {
            Direction::Forward => cube::product(&matrix.by_row, x),
            Direction::Transposed => cube::product(&matrix.by_column, x),
        }
    }
}
