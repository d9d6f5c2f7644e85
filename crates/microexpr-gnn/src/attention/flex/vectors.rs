//! Loops over lists of eights.
//!
//! Plain ones: a closure is compiled without AVX, and slow unless the compiler happens to inline it.

use super::lanes::{Eight, Lanes};

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

/// `y = b·x + a·y`.
#[inline(always)]
pub(crate) fn combine<V: Lanes>(y: &mut [Eight], a: f32, b: f32, x: &[Eight]) {
    let (a, b) = (V::splat(a), V::splat(b));
    for (y, x) in y.iter_mut().zip(x) {
        b.times(V::load(x)).plus_product(a, V::load(y)).store(y);
    }
}

/// `x = eˣ`, under the conditions of [`Lanes::exp`].
#[inline(always)]
pub(crate) fn exp<V: Lanes>(x: &mut Eight) {
    V::load(x).exp().store(x);
}

/// `Σ_k exp(scale·d_k²)`.
#[inline(always)]
pub(crate) fn bell_total<V: Lanes>(d: &[Eight], scale: f32) -> f32 {
    let scale = V::splat(scale);
    let mut total = V::splat(0.0);
    for d in d {
        let d = V::load(d);
        total = total.plus(d.times(d).times(scale).exp());
    }
    total.total()
}

/// Sums over `p_k = exp(scale·d_k²)`.
pub(crate) struct BellSums {
    /// `Σ_k p_k`.
    pub(crate) total: f32,
    /// `Σ_k p_k d_k²`.
    pub(crate) squares: f32,
}

/// Leaves `p_k d_k` in `products`, with `p_k = exp(scale·d_k²)`.
#[inline(always)]
pub(crate) fn bell_products<V: Lanes>(products: &mut [Eight], d: &[Eight], scale: f32) -> BellSums {
    let scale = V::splat(scale);
    let (mut total, mut squares) = (V::splat(0.0), V::splat(0.0));
    for (product, d) in products.iter_mut().zip(d) {
        let d = V::load(d);
        let p = d.times(d).times(scale).exp();
        // p_k d_k, from which the sum and the gradient follow.
        let pd = p.times(d);
        total = total.plus(p);
        squares = squares.plus_product(pd, d);
        pd.store(product);
    }
    BellSums { total: total.total(), squares: squares.total() }
}

/// Lanes of the paper's layers. Of rows of that length no loop remains.
const USUAL: usize = 4;

/// A list of that length, of which nothing rests.
#[inline(always)]
fn of_usual_length<'a>(lanes: &'a [Eight], rest: &[f32]) -> Option<&'a [Eight; USUAL]> {
    if rest.is_empty() { lanes.try_into().ok() } else { None }
}

/// `Σ_k x_k y_k` of lists of one length, which may be any.
#[inline(always)]
pub(crate) fn dot_any<V: Lanes>(x: &[f32], y: &[f32]) -> f32 {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks(), y.as_chunks());
    if let (Some(x), Some(y)) = (of_usual_length(x, x_rest), y.first_chunk::<USUAL>()) {
        return dot::<V>(x, y);
    }
    let mut sum = dot::<V>(x, y);
    for (x, y) in x_rest.iter().zip(y_rest) {
        sum += x * y;
    }
    sum
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
