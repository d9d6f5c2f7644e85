//! Separable convolution with reflect-101 borders.

use ndarray::{Array2, ArrayView2, Axis};

use crate::border::reflect_101;
use crate::vectorized;

/// Convolves every row with `kernel` of odd length (correlation: the kernel is not flipped).
///
/// # Panics
///
/// If the kernel's length is even.
#[must_use]
pub fn rows(image: ArrayView2<'_, f32>, kernel: &[f32]) -> Array2<f32> {
    assert!(kernel.len() % 2 == 1, "a kernel needs a middle");
    let radius = kernel.len() / 2;
    let mut out = Array2::zeros(image.dim());
    let width = image.ncols();
    let mut line = vec![0.0; width + 2 * radius];
    for (source, mut target) in image.outer_iter().zip(out.outer_iter_mut()) {
        for (i, value) in line.iter_mut().enumerate() {
            *value = source[reflect_101(i as isize - radius as isize, width)];
        }
        let target = target.as_slice_mut().expect("rows of a new array are contiguous");
        for (tap, weight) in kernel.iter().enumerate() {
            add_scaled(target, *weight, &line[tap..]);
        }
    }
    out
}

/// Convolves every column with `kernel` of odd length (correlation: the kernel is not flipped).
///
/// # Panics
///
/// If the kernel's length is even.
#[must_use]
pub fn cols(image: ArrayView2<'_, f32>, kernel: &[f32]) -> Array2<f32> {
    assert!(kernel.len() % 2 == 1, "a kernel needs a middle");
    let radius = (kernel.len() / 2) as isize;
    let mut out = Array2::zeros(image.dim());
    for (row, mut target) in out.axis_iter_mut(Axis(0)).enumerate() {
        let target = target.as_slice_mut().expect("rows of a new array are contiguous");
        for (tap, weight) in kernel.iter().enumerate() {
            let source = image.row(reflect_101(row as isize + tap as isize - radius, image.nrows()));
            match source.as_slice() {
                Some(source) => add_scaled(target, *weight, source),
                None => target.iter_mut().zip(&source).for_each(|(t, s)| *t += weight * s),
            }
        }
    }
    out
}

vectorized! {
    /// `sums += weight · values`; further values are left out.
    fn add_scaled(sums: &mut [f32], weight: f32, values: &[f32]) {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
    }
}

/// Gaussian blur with standard deviation `sigma_px`, cut at `⌈3σ⌉`; zero or less returns the image.
#[must_use]
pub fn gaussian(image: ArrayView2<'_, f32>, sigma_px: f32) -> Array2<f32> {
    if sigma_px <= 0.0 || image.is_empty() {
        return image.to_owned();
    }
    let kernel = gaussian_kernel(sigma_px);
    cols(rows(image, &kernel).view(), &kernel)
}

/// Samples of the Gaussian of standard deviation `sigma_px` at whole pixels up to `⌈3σ⌉`, with sum 1.
#[must_use]
pub fn gaussian_kernel(sigma_px: f32) -> Vec<f32> {
    let radius = (3.0 * sigma_px).ceil().max(1.0) as i32;
    let taps: Vec<f32> =
        (-radius..=radius).map(|i| (-((i * i) as f32) / (2.0 * sigma_px * sigma_px)).exp()).collect();
    let sum: f32 = taps.iter().sum();
    taps.iter().map(|t| t / sum).collect()
}
