use burn::prelude::*;

use crate::SeededRng;

/// Sets each value to 0 with `probability` and divides the others by `1 − probability`, repeatable by seed on every
/// backend.
///
/// Source: N. Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR 2014.
#[must_use]
pub fn dropout<B: Backend, const D: usize>(
    x: Tensor<B, D>,
    probability: f64,
    random: &mut SeededRng,
) -> Tensor<B, D> {
    if probability <= 0.0 {
        return x;
    }
    let shape = x.dims();
    let mask = masked(vec![1.0; shape.iter().product()], probability, random);
    let device = x.device();
    x * Tensor::from_data(TensorData::new(mask, shape), &device)
}

/// [`dropout`] of values on the host.
pub(crate) fn masked(mut values: Vec<f32>, probability: f64, random: &mut SeededRng) -> Vec<f32> {
    let kept = (1.0 / (1.0 - probability)) as f32;
    // 16 bits decide each value: far finer than any probability in use, and a quarter of the generator's work.
    let threshold = (probability * 65536.0).round() as u64;
    for four in values.chunks_mut(4) {
        let bits = random.bits();
        for (place, value) in four.iter_mut().enumerate() {
            *value *= if (bits >> (16 * place)) & 0xFFFF >= threshold { kept } else { 0.0 };
        }
    }
    values
}
