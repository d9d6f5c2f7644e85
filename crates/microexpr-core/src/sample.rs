//! Sub-pixel sampling; positions outside the image take the nearest border pixel.

use ndarray::ArrayView2;

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
    let (height, width) = image.dim();
    let x = x.clamp(0.0, (width - 1) as f32);
    let y = y.clamp(0.0, (height - 1) as f32);
    let (col, row) = (x as usize, y as usize);
    let (wx, wy) = (cubic_weights(x - col as f32), cubic_weights(y - row as f32));
    let cols: [usize; 4] = std::array::from_fn(|i| (col + i).saturating_sub(1).min(width - 1));
    let mut sum = 0.0;
    for (i, weight) in wy.iter().enumerate() {
        let r = (row + i).saturating_sub(1).min(height - 1);
        let line: f32 = (0..4).map(|j| wx[j] * image[[r, cols[j]]]).sum();
        sum += weight * line;
    }
    sum
}

fn cubic_weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (-t + 2.0 * t2 - t3),
        0.5 * (2.0 - 5.0 * t2 + 3.0 * t3),
        0.5 * (t + 4.0 * t2 - 3.0 * t3),
        0.5 * (t3 - t2),
    ]
}
