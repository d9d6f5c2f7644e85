//! Sparse products against the dense ones.

use std::sync::Arc;

use burn::prelude::*;
use microexpr_gnn::sparse::SparseMatrix;
use microexpr_gnn::{GraphBackend, SeededRng};

use crate::device::B;

#[test]
fn a_sparse_product_and_its_gradient_equal_the_dense_ones() {
    let mut random = SeededRng::new(4);
    let (rows, columns, channels) = (301, 57, 5);
    let mut dense = vec![0.0f32; rows * columns];
    // Some rows are empty, some entries repeat and add up.
    let matrix = SparseMatrix::from_rows(
        columns,
        (0..rows).map(|row| {
            let count = row % 5;
            let entries: Vec<(u32, f32)> = (0..count)
                .map(|_| ((random.bits() % columns as u64) as u32, random.uniform(-1.0, 1.0)))
                .collect();
            entries.iter().for_each(|(column, weight)| dense[row * columns + *column as usize] += weight);
            entries
        }),
    );
    let device = Default::default();
    let x: Vec<f32> = (0..columns * channels).map(|_| random.uniform(-1.0, 1.0)).collect();
    let x =
        || Tensor::<B, 2>::from_data(TensorData::new(x.clone(), [columns, channels]), &device).require_grad();
    let dense = Tensor::<B, 2>::from_data(TensorData::new(dense, [rows, columns]), &device);
    let (sparse_x, dense_x) = (x(), x());
    let found = B::sparse_product(&Arc::new(matrix), sparse_x.clone());
    let expected = dense.matmul(dense_x.clone());
    found.to_data().assert_approx_eq::<f32>(&expected.to_data(), burn::tensor::Tolerance::absolute(1e-5));
    let found = sparse_x.grad(&found.powi_scalar(2).sum().backward()).unwrap();
    let expected = dense_x.grad(&expected.powi_scalar(2).sum().backward()).unwrap();
    found.into_data().assert_approx_eq::<f32>(&expected.into_data(), burn::tensor::Tolerance::absolute(1e-4));
}
