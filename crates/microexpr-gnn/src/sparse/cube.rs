//! The product on every CubeCL runtime: one thread per value of the result.
#![expect(
    unsafe_code,
    reason = "kernels are launched without bounds checks; every index list is checked on the host"
)]

use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{BoolElement, CubeBackend, CubeRuntime, FloatElement, IntElement};
use cubecl::prelude::*;

use super::{CompressedRows, SparseMatrix};
use crate::attention::cube_launch::{index_list, new_matrix, number_list, threads};

/// One direction of a matrix on a device.
#[derive(Debug, Clone)]
pub(crate) struct RowsOnDevice<R: CubeRuntime> {
    start: CubeTensor<R>,
    column: CubeTensor<R>,
    weight: CubeTensor<R>,
    rows: usize,
}

/// A matrix on a device.
#[derive(Debug, Clone)]
pub struct MatrixOnDevice<R: CubeRuntime> {
    pub(crate) by_row: RowsOnDevice<R>,
    pub(crate) by_column: RowsOnDevice<R>,
}

pub(crate) fn upload<R, F, I, BT>(matrix: &SparseMatrix, device: &R::Device) -> MatrixOnDevice<R>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    let rows = |rows: &CompressedRows| RowsOnDevice {
        start: index_list::<CubeBackend<R, F, I, BT>>(&rows.start, device),
        column: index_list::<CubeBackend<R, F, I, BT>>(&rows.column, device),
        weight: number_list::<CubeBackend<R, F, I, BT>>(&rows.weight, device),
        rows: rows.start.len() - 1,
    };
    MatrixOnDevice { by_row: rows(matrix.by_row()), by_column: rows(matrix.by_column()) }
}

pub(crate) fn product<R: CubeRuntime>(rows: &RowsOnDevice<R>, x: CubeTensor<R>) -> CubeTensor<R> {
    let x = into_contiguous(x);
    let channels = x.meta.shape()[1];
    let out = new_matrix(&x, [rows.rows, channels]);
    let (client, (count, dim)) = (x.client.clone(), threads(&x.client, rows.rows * channels));
    // SAFETY: every column is below the number of rows of `x`, checked when the matrix was built.
    unsafe {
        sparse_times_dense::launch_unchecked::<R>(
            &client,
            count,
            dim,
            rows.start.clone().into_array_arg(),
            rows.column.clone().into_array_arg(),
            rows.weight.clone().into_array_arg(),
            x.into_array_arg(),
            out.clone().into_array_arg(),
            channels,
        );
    }
    out
}

#[cube(launch_unchecked)]
fn sparse_times_dense(
    start: &Array<i32>,
    column: &Array<i32>,
    weight: &Array<f32>,
    x: &Array<f32>,
    out: &mut Array<f32>,
    #[comptime] channels: usize,
) {
    let place = ABSOLUTE_POS;
    if place >= out.len() {
        terminate!();
    }
    let row = place / channels;
    let channel = place % channels;
    let mut sum = f32::new(0.0);
    for entry in usize::cast_from(start[row])..usize::cast_from(start[row + 1]) {
        sum += weight[entry] * x[usize::cast_from(column[entry]) * channels + channel];
    }
    out[place] = sum;
}
