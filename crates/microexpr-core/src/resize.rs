//! Resizing with aligned pixel centres.

use ndarray::{Array2, ArrayView2};

use crate::sample;

/// Bilinear resize to `(height, width)`: output pixel `i` samples the input at `(i + ½)·in/out − ½`.
///
/// # Panics
///
/// If the image is empty.
#[must_use]
pub fn bilinear(image: ArrayView2<'_, f32>, size: (usize, usize)) -> Array2<f32> {
    let (height, width) = image.dim();
    let (step_y, step_x) = (height as f32 / size.0 as f32, width as f32 / size.1 as f32);
    Array2::from_shape_fn(size, |(row, col)| {
        sample::bilinear(image, (col as f32 + 0.5) * step_x - 0.5, (row as f32 + 0.5) * step_y - 0.5)
    })
}
