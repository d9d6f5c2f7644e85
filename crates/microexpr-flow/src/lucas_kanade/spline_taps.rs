//! Values of cubic B-splines between their coefficients, first along rows, then along columns.

/// Coefficients under a cubic spline: one before the pixel, two after it.
pub(super) const SPLINE_TAPS: usize = 4;

/// Weights of the spline coefficients at −1, 0, 1, 2 for a position `t` in `0..1`.
pub(super) fn spline_weights(t: f64) -> [f32; SPLINE_TAPS] {
    let (s, t2, t3) = (1.0 - t, t * t, t * t * t);
    [s * s * s, 4.0 - 6.0 * t2 + 3.0 * t3, 1.0 + 3.0 * (t + t2 - t3), t3].map(|w| (w / 6.0) as f32)
}

/// Weighs four pixels side by side.
#[inline(always)]
pub(super) fn interpolate_row<C: Copy>(pixels: &[C], w: [f32; SPLINE_TAPS], out: &mut [f32])
where
    f32: From<C>,
{
    let length = out.len();
    let pixels = &pixels[..length + SPLINE_TAPS - 1];
    for i in 0..length {
        let pixel = |tap: usize| f32::from(pixels[i + tap]);
        out[i] = (w[0] * pixel(0) + w[1] * pixel(1)) + (w[2] * pixel(2) + w[3] * pixel(3));
    }
}

/// Weighs four lines one below the other, for all lines of the result at once.
#[inline(always)]
pub(super) fn interpolate_cols(lines: &[f32], stride: usize, w: [f32; SPLINE_TAPS], out: &mut [f32]) {
    let length = out.len();
    let from = |line: usize| &lines[line * stride..][..length];
    let (a, b, c, d) = (from(0), from(1), from(2), from(3));
    for i in 0..length {
        out[i] = (w[0] * a[i] + w[1] * b[i]) + (w[2] * c[i] + w[3] * d[i]);
    }
}
