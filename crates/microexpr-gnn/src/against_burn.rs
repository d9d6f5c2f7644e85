//! What tests of hand-written kernels share: tensors to ask with, and the distance from what Burn's own operations say.

use burn::backend::{Autodiff, Flex};
use burn::tensor::{Tensor, TensorData};

use crate::SeededRng;

/// Where kernels are recognised, and gradients are tracked.
pub(crate) type Tracked = Autodiff<Flex>;

/// Values between `-largest` and `largest` whose gradient is tracked.
pub(crate) fn random<const D: usize>(shape: [usize; D], largest: f32, seed: u64) -> Tensor<Tracked, D> {
    let mut random = SeededRng::new(seed);
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| random.uniform(-largest, largest)).collect();
    Tensor::from_data(TensorData::new(values, shape), &Default::default()).require_grad()
}

/// No value is off by more than `bound` of the largest one, or of one where that is smaller.
pub(crate) fn assert_close<const D: usize>(
    what: &str,
    found: Tensor<Flex, D>,
    expected: Tensor<Flex, D>,
    bound: f32,
) {
    assert_eq!(found.dims(), expected.dims(), "{what}");
    let largest = expected.clone().abs().max().into_scalar().max(1.0);
    let off = (found - expected).abs().max().into_scalar();
    assert!(off <= bound * largest, "{what} is off by {off}");
}
