//! The kernels for Burn's CPU backend.
//!
//! | module | holds |
//! |---|---|
//! | `panels` | the right matrix, sixteen columns at a time |
//! | `tile` | six rows times sixteen columns in registers |
//! | `by_rows` | `x Wᵀ + b` and the gradient of `x`: rows side by side |
//! | `over_rows` | the gradients of `W` and `b`: sums over rows |

mod by_rows;
mod over_rows;
mod panels;
mod tile;

use burn::backend::flex::FlexTensor;
use burn::tensor::Shape;

use crate::attention::flex::{columns, flex_tensor};
use crate::attention::flex_matrix;
use panels::Panels;

/// `x Wᵀ + b`; all operands are contiguous.
pub(super) fn forward(x: &FlexTensor, weight: &FlexTensor, bias: Option<&FlexTensor>) -> FlexTensor {
    let panels = Panels::of_transposed(weight.storage(), columns(weight));
    let bias = bias.map(FlexTensor::storage);
    flex_matrix(by_rows::product(x.storage(), &panels, bias), panels.columns())
}

/// `G W`, the gradient of `x`.
pub(super) fn input_gradient(gradient: &FlexTensor, weight: &FlexTensor) -> FlexTensor {
    let mut panels = Panels::new(columns(weight));
    panels.fill(weight.storage());
    flex_matrix(by_rows::product(gradient.storage(), &panels, None), panels.columns())
}

/// `Gᵀ x` and the sums of the columns of `G`, the gradients of `W` and `b`.
pub(super) fn weight_gradients(gradient: &FlexTensor, x: &FlexTensor) -> (FlexTensor, FlexTensor) {
    let (outputs, inputs) = (columns(gradient), columns(x));
    let sums = over_rows::product(gradient.storage(), outputs, x.storage(), inputs);
    let bias = flex_tensor(sums.bias, Shape::from([outputs]));
    (flex_tensor(sums.weight, Shape::from([outputs, inputs])), bias)
}
