//! Arithmetic over slices in a form the compiler turns into vector instructions: no branches, eight accumulators.
//!
//! Sums run in a fixed order, so results do not depend on the instruction set or the number of threads.

const LANES: usize = 8;

/// `eˣ` to about one unit in the last place for `−87 ≤ x ≤ 88`, clamped beyond.
///
/// Method: Cody–Waite reduction to `|r| ≤ ½ ln 2` and the polynomial of S. Moshier's Cephes library.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    /// Adding this leaves the rounded integer in the low bits of the sum.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_2e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let power = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    (p * r * r + r + 1.0) * f32::from_bits(power)
}

/// `Σ_k x_k`.
#[inline(always)]
pub(super) fn sum(x: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let chunks = x.chunks_exact(LANES);
    let rest: f32 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// `p_k = exp(scale · d_k²)`, all at once: as a loop of its own it becomes vector instructions.
#[inline(always)]
pub(super) fn bell(p: &mut [f32], d: &[f32], scale: f32) {
    for (p, d) in p.iter_mut().zip(d) {
        *p = exp(d * d * scale);
    }
}

/// `Σ_k a_k b_k`.
#[inline(always)]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let (left, right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(p, q)| p * q).sum();
    for (p, q) in left.zip(right) {
        for (lane, (x, y)) in lanes.iter_mut().zip(p.iter().zip(q)) {
            *lane += x * y;
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// `y += a·x`.
#[inline(always)]
pub(super) fn add_scaled(y: &mut [f32], a: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
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
