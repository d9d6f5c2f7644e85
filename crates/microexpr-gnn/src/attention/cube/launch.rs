//! What every launch needs: how many threads, room for results, lists on the device.

use burn::prelude::*;
use burn::tensor::{DType, Shape, TensorPrimitive};
use burn_cubecl::CubeRuntime;
use burn_cubecl::tensor::CubeTensor;
use cubecl::client::ComputeClient;
use cubecl::{CubeCount, CubeDim, calculate_cube_count_elemwise};

/// Starts a kernel on one thread per value of `$values`, with lists and then constants as its arguments.
///
/// Kernels are started without bounds checks. That is sound because every list they read by was built from a
/// [`Topology`](crate::Topology) or a [`SparseMatrix`](crate::sparse::SparseMatrix), whose numbers are checked when they
/// are built, and because every tensor has been found to have one row per node or edge before
/// ([`AttentionInputs::check`](crate::attention::AttentionInputs::check)).
macro_rules! launch {
    ($kernel:ident, $values:expr, [$first:expr $(, $list:expr)* $(,)?] $(, $constant:expr)* $(,)?) => {{
        let client = $first.client.clone();
        let (count, dim) = $crate::attention::cube_launch::threads(&client, $values);
        // SAFETY: as said at the macro.
        unsafe {
            $kernel::launch_unchecked::<R>(
                &client,
                count,
                dim,
                $first.clone().into_array_arg(),
                $($list.clone().into_array_arg(),)*
                $($constant),*
            );
        }
    }};
}
pub(crate) use launch;

/// Enough threads for `values` values, one each.
pub(crate) fn threads<R: CubeRuntime>(client: &ComputeClient<R>, values: usize) -> (CubeCount, CubeDim) {
    let dim = CubeDim::new(client, values);
    (calculate_cube_count_elemwise(client, values, dim), dim)
}

/// Uninitialised room for a contiguous `[rows, columns]` result. (Burn's own empty tensors may pad their rows.)
pub(crate) fn new_matrix<R: CubeRuntime>(like: &CubeTensor<R>, [rows, columns]: [usize; 2]) -> CubeTensor<R> {
    let handle = like.client.empty(rows * columns * size_of::<f32>());
    let shape = Shape::from([rows, columns]);
    CubeTensor::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, DType::F32)
}

/// An index list on a device. A list without entries gets one that no thread reads.
pub(crate) fn index_list<B: Backend>(list: &[u32], device: &B::Device) -> B::IntTensorPrimitive {
    let mut list: Vec<i32> = list.iter().map(|i| *i as i32).collect();
    if list.is_empty() {
        list.push(0);
    }
    let length = list.len();
    Tensor::<B, 1, Int>::from_data(TensorData::new(list, [length]), (device, DType::I32)).into_primitive()
}

/// A list of numbers on a device. A list without entries gets one that no thread reads.
pub(crate) fn number_list<B: Backend>(list: &[f32], device: &B::Device) -> B::FloatTensorPrimitive {
    let list = if list.is_empty() { vec![0.0] } else { list.to_vec() };
    let length = list.len();
    let tensor = Tensor::<B, 1>::from_data(TensorData::new(list, [length]), (device, DType::F32));
    match tensor.into_primitive() {
        TensorPrimitive::Float(primitive) => primitive,
        TensorPrimitive::QFloat(_) => unreachable!("made of floats"),
    }
}

/// Number of columns of a matrix.
pub(crate) fn columns<R: CubeRuntime>(matrix: &CubeTensor<R>) -> usize {
    matrix.meta.shape()[1]
}
