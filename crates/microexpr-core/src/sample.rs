//! Sub-pixel sampling; positions outside the image take the nearest border pixel.

mod places;
mod row_of_pixels;

use ndarray::ArrayView2;

use places::Places;

use crate::vectorized;

/// Bilinear interpolation at column `x` and row `y`, in pixels.
///
/// # Panics
///
/// If the image is empty.
#[must_use]
pub fn bilinear(image: ArrayView2<'_, f32>, x: f32, y: f32) -> f32 {
    let (height, width) = image.dim();
    let x = x.clamp(0.0, (width - 1) as f32);
    let y = y.clamp(0.0, (height - 1) as f32);
    let (col, row) = (x as usize, y as usize);
    let (right, below) = ((col + 1).min(width - 1), (row + 1).min(height - 1));
    let (fx, fy) = (x - col as f32, y - row as f32);
    let upper = image[[row, col]] + fx * (image[[row, right]] - image[[row, col]]);
    let lower = image[[below, col]] + fx * (image[[below, right]] - image[[below, col]]);
    upper + fy * (lower - upper)
}

/// Bicubic interpolation (Catmull-Rom, exact for quadratics) at column `x` and row `y`, in pixels.
///
/// Source: R. Keys, "Cubic Convolution Interpolation for Digital Image Processing", IEEE TASSP 1981, with a = −0.5.
///
/// # Panics
///
/// If the image is empty.
#[must_use]
pub fn bicubic(image: ArrayView2<'_, f32>, x: f32, y: f32) -> f32 {
    assert!(!image.is_empty(), "an empty image has no values");
    let (height, width) = image.dim();
    let (x, y) = (x.clamp(0.0, (width - 1) as f32), y.clamp(0.0, (height - 1) as f32));
    let (left, above) = (x.floor(), y.floor());
    let weights = |t: f32| cubic_weights([t]).map(|[weight]| weight);
    bicubic_at(image, [left as usize, above as usize], &weights(x - left), &weights(y - above))
}

/// The sum of the pixels around `[column, row]` by their weights; those outside the image repeat the border.
fn bicubic_at(
    image: ArrayView2<'_, f32>,
    [column, row]: [usize; 2],
    x_weights: &[f32; 4],
    y_weights: &[f32; 4],
) -> f32 {
    let (height, width) = image.dim();
    let mut value = 0.0;
    for (tap_y, y_weight) in y_weights.iter().enumerate() {
        let row = (row + tap_y).saturating_sub(1).min(height - 1);
        let pixel = |tap_x: usize| image[[row, (column + tap_x).saturating_sub(1).min(width - 1)]];
        let line: f32 = (0..4).map(|tap_x| x_weights[tap_x] * pixel(tap_x)).sum();
        value += y_weight * line;
    }
    value
}

vectorized! {
    /// [`bicubic`] at `out.len()` positions on a line: `start`, `start + step`, … (`[x, y]` in pixels).
    ///
    /// Much faster than single positions if the image's rows are contiguous, most of all along a row in steps of about a pixel.
    ///
    /// # Panics
    ///
    /// If the image is empty.
    pub fn bicubic_line(image: ArrayView2<'_, f32>, start: [f64; 2], step: [f64; 2], out: &mut [f32]) {
        assert!(!image.is_empty(), "an empty image has no values");
        let pixels = image.as_slice();
        let short_step = [step[0] as f32, step[1] as f32];
        // Longer or shorter steps leave pixels out, or meet them twice, within a register.
        let follows_pixels = ((LANES - 1) as f64 * (step[0] - 1.0)).abs() < 0.5;
        let at = |place: usize| [start[0] + place as f64 * step[0], start[1] + place as f64 * step[1]];
        // Most lines along a row need none.
        let mut places = None;
        for (block, out) in out.chunks_mut(LANES * REGISTERS).enumerate() {
            let first = block * LANES * REGISTERS;
            let registers = out.len().div_ceil(LANES);
            let mut are_known = false;
            for (register, out) in out.chunks_mut(LANES).enumerate() {
                let along_a_row = pixels.filter(|_| follows_pixels).and_then(|pixels| {
                    row_of_pixels::sample(pixels, image.dim(), at(first + register * LANES), short_step)
                });
                let values = along_a_row.unwrap_or_else(|| {
                    let places = places.get_or_insert_with(Places::new);
                    if !are_known {
                        places.put(image.dim(), at(first), short_step, registers);
                        are_known = true;
                    }
                    places.sample(image, pixels, register)
                });
                match <&mut [f32; LANES]>::try_from(&mut *out) {
                    Ok(whole) => *whole = values,
                    Err(_) => out.copy_from_slice(&values[..out.len()]),
                }
            }
        }
    }
}

/// Positions in a vector register.
const LANES: usize = 8;
/// Registers of positions that are looked for at once: each step of the work goes through memory, where the next one finds whole registers.
const REGISTERS: usize = 4;

/// Weights of the pixels at −1, 0, 1, 2 for positions `t` in `0..1`.
#[inline(always)]
fn cubic_weights<const N: usize>(t: [f32; N]) -> [[f32; N]; 4] {
    let mut w = [[0.0; N]; 4];
    for lane in 0..N {
        let t = t[lane];
        let (t2, t3) = (t * t, t * t * t);
        w[0][lane] = 0.5 * (-t + 2.0 * t2 - t3);
        w[1][lane] = 0.5 * (2.0 - 5.0 * t2 + 3.0 * t3);
        w[2][lane] = 0.5 * (t + 4.0 * t2 - 3.0 * t3);
        w[3][lane] = 0.5 * (t3 - t2);
    }
    w
}
