//! The product on every CubeCL runtime: one thread per value of the result.
#![expect(
    unsafe_code,
    reason = "kernels are launched without bounds checks; `launch!` says why that is sound"
)]

use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{BoolElement, CubeBackend, CubeRuntime, FloatElement, IntElement};
use cubecl::prelude::*;

use super::{CompressedRows, SparseMatrix};
use crate::attention::cube_launch::{columns, index_list, launch, new_matrix, number_list};

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
    let channels = columns(&x);
    let out = new_matrix(&x, [rows.rows, channels]);
    launch!(
        sparse_times_dense,
        rows.rows * channels,
        [rows.start, rows.column, rows.weight, x, out],
        channels
    );
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
