//! The product in plain tensor operations, for every backend and precision.

use burn::prelude::*;

use super::SparseMatrix;
use crate::batch::indices;

/// `matrix · x`, by gathering rows of equal length.
pub(crate) fn product<B: Backend>(matrix: &SparseMatrix, x: Tensor<B, 2>) -> Tensor<B, 2> {
    let rows = matrix.by_row();
    let (count, width, channels) = (matrix.rows(), rows.longest_row().max(1), x.dims()[1]);
    let mut column = vec![0i64; count * width];
    let mut weight = vec![0.0f32; count * width];
    for (row, range) in rows.start.windows(2).enumerate() {
        for (place, entry) in (range[0] as usize..range[1] as usize).enumerate() {
            column[row * width + place] = i64::from(rows.column[entry]);
            weight[row * width + place] = rows.weight[entry];
        }
    }
    let device = x.device();
    let options = (&device, x.dtype());
    let weight = Tensor::<B, 3>::from_data(TensorData::new(weight, [count, 1, width]), options);
    let gathered = x.select(0, indices(column, &device)).reshape([count, width, channels]);
    weight.matmul(gathered).reshape([count, channels])
}
