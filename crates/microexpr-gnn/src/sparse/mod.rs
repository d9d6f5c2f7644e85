//! Constant sparse matrices times dense features: every gather and every sum over neighbours, as one operation.
//!
//! The gradient is the product with the transposed matrix, so no backend needs a scatter: sums run in a fixed order.

#[cfg(any(feature = "cuda", feature = "wgpu"))]
pub(crate) mod cube;
#[cfg(feature = "flex")]
pub(crate) mod flex;
mod matrix;
pub(crate) mod plain;

pub use matrix::{CompressedRows, SparseMatrix};
