//! Loops over lists of eights.
//!
//! Plain ones: a closure is compiled without AVX, and slow unless the compiler happens to inline it.

use super::lanes::{Eight, LANES, Lanes};

/// `Σ_k x_k y_k`.
#[inline(always)]
pub(crate) fn dot<V: Lanes>(x: &[Eight], y: &[Eight]) -> f32 {
    let mut sum = V::splat(0.0);
    for (x, y) in x.iter().zip(y) {
        sum = sum.plus_product(V::load(x), V::load(y));
    }
    sum.total()
}

/// `y += x`.
#[inline(always)]
pub(crate) fn add<V: Lanes>(y: &mut [Eight], x: &[Eight]) {
    for (y, x) in y.iter_mut().zip(x) {
        V::load(y).plus(V::load(x)).store(y);
    }
}

/// `y += a·x`.
#[inline(always)]
pub(crate) fn add_scaled<V: Lanes>(y: &mut [Eight], a: f32, x: &[Eight]) {
    let a = V::splat(a);
    for (y, x) in y.iter_mut().zip(x) {
        V::load(y).plus_product(a, V::load(x)).store(y);
    }
}

/// `x = eˣ`, under the conditions of [`Lanes::exp`].
#[inline(always)]
pub(crate) fn exp<V: Lanes>(x: &mut Eight) {
    V::load(x).exp().store(x);
}

/// Lanes of the paper's layers. Of rows of that length no loop remains.
const USUAL: usize = 4;

/// A list of that length, of which nothing rests.
#[inline(always)]
fn of_usual_length<'a>(lanes: &'a [Eight], rest: &[f32]) -> Option<&'a [Eight; USUAL]> {
    if rest.is_empty() { lanes.try_into().ok() } else { None }
}

/// Eight sums of `x_k y_k`, still to be added up, of lists of one length, which may be any.
#[inline(always)]
pub(crate) fn dot_in_parts<V: Lanes>(x: &[f32], y: &[f32], parts: &mut Eight) {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks(), y.as_chunks());
    let mut sum = V::splat(0.0);
    if let (Some(x), Some(y)) = (of_usual_length(x, x_rest), y.first_chunk::<USUAL>()) {
        for (x, y) in x.iter().zip(y) {
            sum = sum.plus_product(V::load(x), V::load(y));
        }
    } else {
        for (x, y) in x.iter().zip(y) {
            sum = sum.plus_product(V::load(x), V::load(y));
        }
    }
    sum.store(parts);
    for (part, (x, y)) in parts.iter_mut().zip(x_rest.iter().zip(y_rest)) {
        *part += x * y;
    }
}

/// `Σ_k x_k y_k` of lists of one length, which may be any.
#[inline(always)]
pub(crate) fn dot_any<V: Lanes>(x: &[f32], y: &[f32]) -> f32 {
    let mut parts = [0.0; LANES];
    dot_in_parts::<V>(x, y, &mut parts);
    V::load(&parts).total()
}

/// `y += a·x` of lists of one length, which may be any.
#[inline(always)]
pub(crate) fn add_scaled_any<V: Lanes>(y: &mut [f32], a: f32, x: &[f32]) {
    let ((y, y_rest), (x, x_rest)) = (y.as_chunks_mut(), x.as_chunks());
    if let (Some(x), Some(y)) = (of_usual_length(x, x_rest), y.first_chunk_mut::<USUAL>()) {
        return add_scaled::<V>(y, a, x);
    }
    add_scaled::<V>(y, a, x);
    for (y, x) in y_rest.iter_mut().zip(x_rest) {
        *y += a * x;
    }
}
