//! How a backend's own kernels become differentiable operations, and which backends have some.
//!
//! | module | holds |
//! |---|---|
//! | `backend` | what kernels there are, as a trait |
//! | `attention` | attention with them, with and without gradients |
//! | `sparse_product` | sparse matrix times dense, likewise |
//! | `recognition` | finding out at run time whether a backend has them |

mod attention;
mod backend;
mod recognition;
mod sparse_product;

use burn::prelude::*;
use burn::tensor::TensorPrimitive;
use burn::tensor::ops::FloatTensor;

pub use backend::{AttentionForward, Direction, FusedBackend};
pub(crate) use recognition::{Call, attention, sparse_product};

pub(crate) fn primitive<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> FloatTensor<B> {
    tensor.into_primitive().tensor()
}

pub(crate) fn float<B: Backend>(primitive: FloatTensor<B>) -> Tensor<B, 2> {
    Tensor::from_primitive(TensorPrimitive::Float(primitive))
}
