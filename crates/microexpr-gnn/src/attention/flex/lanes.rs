//! Arithmetic in a form the compiler turns into vector instructions: eight values at a time, no branches, one simple pass
//! after the other.
//!
//! Sums run in a fixed order, so results do not depend on the instruction set or the number of threads.

/// Values that are worked on together.
pub(super) const LANES: usize = 8;

/// Values that are worked on together.
pub(super) type Lanes = [f32; LANES];

#[inline(always)]
fn map(a: Lanes, f: impl Fn(f32) -> f32) -> Lanes {
    std::array::from_fn(|k| f(a[k]))
}

#[inline(always)]
fn map2(a: Lanes, b: Lanes, f: impl Fn(f32, f32) -> f32) -> Lanes {
    std::array::from_fn(|k| f(a[k], b[k]))
}

/// `eˣ` to about one unit in the last place for `−87 ≤ x ≤ 88`, clamped beyond.
///
/// Method: Cody–Waite reduction to `|r| ≤ ½ ln 2` and the polynomial of S. Moshier's Cephes library.
#[inline(always)]
fn exp_lanes(x: Lanes) -> Lanes {
    /// Adding this leaves the rounded integer in the low bits of the sum.
    const ROUND: f32 = 12_582_912.0;
    let x = map(x, |x| x.clamp(-87.0, 88.0));
    let shifted = map(x, |x| x * std::f32::consts::LOG2_E + ROUND);
    let n = map(shifted, |s| s - ROUND);
    let r = map2(x, n, |x, n| x - n * 0.693_359_4 + n * 2.121_944_4e-4);
    let p = map(r, |r| 1.987_569_1e-4 * r + 1.398_2e-3);
    let p = map2(p, r, |p, r| p * r + 8.333_452e-3);
    let p = map2(p, r, |p, r| p * r + 4.166_579_6e-2);
    let p = map2(p, r, |p, r| p * r + 1.666_666_5e-1);
    let p = map2(p, r, |p, r| p * r + 0.5);
    let p = map2(p, r, |p, r| p * r * r + r + 1.0);
    let power =
        map(shifted, |s| f32::from_bits(s.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23));
    map2(p, power, |p, power| p * power)
}

/// `eˣ` of one value, the same bits as among eight.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    exp_lanes([x; LANES])[0]
}

/// `p_k = exp(scale · d_k²)`.
#[inline(always)]
pub(super) fn bell(p: &mut [Lanes], d: &[Lanes], scale: f32) {
    for (p, d) in p.iter_mut().zip(d) {
        *p = exp_lanes(map(*d, |d| d * d * scale));
    }
}

#[inline(always)]
fn total(x: Lanes) -> f32 {
    let half: [f32; 4] = std::array::from_fn(|k| x[k] + x[k + 4]);
    (half[0] + half[2]) + (half[1] + half[3])
}

/// `Σ_k x_k`.
#[inline(always)]
pub(super) fn sum(x: &[Lanes]) -> f32 {
    total(x.iter().fold([0.0; LANES], |sum, x| map2(sum, *x, |sum, x| sum + x)))
}

/// `Σ_k x_k y_k`.
#[inline(always)]
pub(super) fn dot(x: &[Lanes], y: &[Lanes]) -> f32 {
    let mut sum = [0.0; LANES];
    for (x, y) in x.iter().zip(y) {
        sum = map2(sum, map2(*x, *y, |x, y| x * y), |sum, product| sum + product);
    }
    total(sum)
}

/// `y += x`.
#[inline(always)]
pub(super) fn add(y: &mut [Lanes], x: &[Lanes]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = map2(*y, *x, |y, x| y + x);
    }
}

/// `y += a·x`.
#[inline(always)]
pub(super) fn add_scaled(y: &mut [Lanes], a: f32, x: &[Lanes]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = map2(*y, *x, |y, x| y + a * x);
    }
}

/// `y = p + q`.
#[inline(always)]
pub(super) fn set_sum(y: &mut [Lanes], p: &[Lanes], q: &[Lanes]) {
    for (y, (p, q)) in y.iter_mut().zip(p.iter().zip(q)) {
        *y = map2(*p, *q, |p, q| p + q);
    }
}

/// `y *= x`.
#[inline(always)]
pub(super) fn multiply(y: &mut [Lanes], x: &[Lanes]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = map2(*y, *x, |y, x| y * x);
    }
}

/// `y = a·x + b·y`.
#[inline(always)]
pub(super) fn blend(y: &mut [Lanes], b: f32, a: f32, x: &[Lanes]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = map2(*y, *x, |y, x| a * x + b * y);
    }
}

/// `Σ_k x_k y_k` of lists of any length.
#[inline(always)]
pub(super) fn dot_any(x: &[f32], y: &[f32]) -> f32 {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks(), y.as_chunks());
    dot(x, y) + x_rest.iter().zip(y_rest).map(|(x, y)| x * y).sum::<f32>()
}

/// `y += a·x` of lists of any length.
#[inline(always)]
pub(super) fn add_scaled_any(y: &mut [f32], a: f32, x: &[f32]) {
    let ((y, y_rest), (x, x_rest)) = (y.as_chunks_mut(), x.as_chunks());
    add_scaled(y, a, x);
    for (y, x) in y_rest.iter_mut().zip(x_rest) {
        *y += a * x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_the_standard_library() {
        for i in -86_000..88_000 {
            let x = i as f32 * 1e-3;
            let (found, expected) = (f64::from(exp(x)), f64::from(x).exp());
            assert!((found / expected - 1.0).abs() < 2e-7, "exp({x}): {found} against {expected}");
        }
        assert!(exp(f32::NEG_INFINITY) < 2e-38);
        assert!(exp(f32::NAN).is_nan());
    }
}
