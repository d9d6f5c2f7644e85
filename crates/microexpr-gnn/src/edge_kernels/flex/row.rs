//! Rows of any length, eight values at a time: what is missing in the last eight counts as 0.

use crate::attention::flex::{Eight, LANES, Lanes};

/// The `k`-th eight values.
#[inline(always)]
pub(super) fn load<V: Lanes>(row: &[f32], k: usize) -> V {
    let rest = &row[k * LANES..];
    if let Some(eight) = rest.first_chunk() {
        return V::load(eight);
    }
    let mut eight = [0.0; LANES];
    for (to, value) in eight.iter_mut().zip(rest) {
        *to = *value;
    }
    V::load(&eight)
}

/// Replaces the `k`-th eight values, as far as there are any.
#[inline(always)]
pub(super) fn store<V: Lanes>(row: &mut [f32], k: usize, values: V) {
    let rest = &mut row[k * LANES..];
    if let Some(eight) = rest.first_chunk_mut() {
        return values.store(eight);
    }
    let mut eight = [0.0; LANES];
    values.store(&mut eight);
    for (to, value) in rest.iter_mut().zip(eight) {
        *to = value;
    }
}

/// Adds to the `k`-th eight values.
#[inline(always)]
pub(super) fn add<V: Lanes>(row: &mut [f32], k: usize, values: V) {
    let sums = load::<V>(row, k).plus(values);
    store(row, k, sums);
}

/// `Σ_k x_k y_k`.
#[inline(always)]
pub(super) fn dot<V: Lanes>(x: &[f32], y: &[f32]) -> f32 {
    let mut sum = V::splat(0.0);
    for k in 0..x.len().div_ceil(LANES) {
        sum = sum.plus(load::<V>(x, k).times(load(y, k)));
    }
    sum.total()
}

/// Adds to an eight.
#[inline(always)]
pub(super) fn add_eight<V: Lanes>(eight: &mut Eight, values: V) {
    V::load(eight).plus(values).store(eight);
}

/// `x` above 0, else `slope·x`.
#[inline(always)]
pub(super) fn leaky<V: Lanes>(x: V, slope: V) -> V {
    let positive = x.at_least(V::splat(0.0));
    positive.plus(x.minus(positive).times(slope))
}

/// The gradient of [`leaky`]'s input at `x`, given that of its output.
#[inline(always)]
pub(super) fn leaky_gradient<V: Lanes>(gradient: V, x: V, slope: V) -> V {
    let above = gradient.where_positive(x);
    above.plus(gradient.minus(above).times(slope))
}
