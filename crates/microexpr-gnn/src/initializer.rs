//! Initial weights.

use burn::module::Param;
use burn::prelude::*;

use crate::SeededRng;

/// Glorot uniform for a `[rows, cols]` matrix: `U(−a, a)`, `a = √(6 / (rows + cols))`.
///
/// Source: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
pub(crate) fn glorot<B: Backend>(
    [rows, cols]: [usize; 2],
    device: &B::Device,
    random: &mut SeededRng,
) -> Param<Tensor<B, 2>> {
    uniform([rows, cols], (6.0 / (rows + cols) as f32).sqrt(), device, random)
}

/// `U(−1/√fan_in, 1/√fan_in)`, PyTorch's rule for the weights and biases of `Linear`.
pub(crate) fn linear<B: Backend, const D: usize>(
    shape: [usize; D],
    fan_in: usize,
    device: &B::Device,
    random: &mut SeededRng,
) -> Param<Tensor<B, D>> {
    uniform(shape, 1.0 / (fan_in.max(1) as f32).sqrt(), device, random)
}

/// All `value`.
pub(crate) fn constant<B: Backend>(length: usize, value: f64, device: &B::Device) -> Param<Tensor<B, 1>> {
    Param::from_tensor(Tensor::full([length], value, device))
}

pub(crate) fn uniform<B: Backend, const D: usize>(
    shape: [usize; D],
    bound: f32,
    device: &B::Device,
    random: &mut SeededRng,
) -> Param<Tensor<B, D>> {
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| random.uniform(-bound, bound)).collect();
    Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), device))
}
