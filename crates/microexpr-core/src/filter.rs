//! Separable convolution with reflect-101 borders.

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis};

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
    let mut out = Array2::zeros(image.dim());
    let mut line = Vec::new();
    for (source, mut target) in image.outer_iter().zip(out.outer_iter_mut()) {
        extend_mirrored(source, kernel.len() / 2, &mut line);
        correlate(&line, kernel, target.as_slice_mut().expect("rows of a new array are contiguous"));
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

/// Sets `line` to a row and `radius` values on either side, mirrored.
fn extend_mirrored(row: ArrayView1<'_, f32>, radius: usize, line: &mut Vec<f32>) {
    let (width, radius) = (row.len(), radius as isize);
    let mirrored = |i: isize| row[reflect_101(i, width)];
    line.clear();
    line.extend((-radius..0).map(mirrored));
    match row.as_slice() {
        Some(values) => line.extend_from_slice(values),
        None => line.extend(row.iter()),
    }
    line.extend((width as isize..width as isize + radius).map(mirrored));
}

/// Values summed at once.
const LANES: usize = 32;

vectorized! {
    /// `sums += weight · values`; further values are left out.
    fn add_scaled(sums: &mut [f32], weight: f32, values: &[f32]) {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
    }
}

vectorized! {
    /// `Σ_k kernel[k]·line[x + k]`, `line` being longer than `out` by the kernel less one.
    fn correlate(line: &[f32], kernel: &[f32], out: &mut [f32]) {
        let mut at = 0;
        while at < out.len() {
            let count = LANES.min(out.len() - at);
            let mut sums = [0.0_f32; LANES];
            if count == LANES {
                for (tap, weight) in kernel.iter().enumerate() {
                    let values = &line[at + tap..][..LANES];
                    for lane in 0..LANES {
                        sums[lane] += weight * values[lane];
                    }
                }
            } else {
                for (tap, weight) in kernel.iter().enumerate() {
                    sums.iter_mut().zip(&line[at + tap..][..count]).for_each(|(sum, value)| *sum += weight * value);
                }
            }
            out[at..at + count].copy_from_slice(&sums[..count]);
            at += count;
        }
    }
}

vectorized! {
    /// `Σ_k kernel[k]·row_k[x]`, `row_k` beginning at `starts[k]` of `rows`.
    fn weigh_rows(rows: &[f32], starts: &[usize], kernel: &[f32], out: &mut [f32]) {
        let mut at = 0;
        while at < out.len() {
            let count = LANES.min(out.len() - at);
            let mut sums = [0.0_f32; LANES];
            for (start, weight) in starts.iter().zip(kernel) {
                if count == LANES {
                    let values = &rows[start + at..][..LANES];
                    for lane in 0..LANES {
                        sums[lane] += weight * values[lane];
                    }
                } else {
                    sums.iter_mut().zip(&rows[start + at..][..count]).for_each(|(sum, value)| *sum += weight * value);
                }
            }
            out[at..at + count].copy_from_slice(&sums[..count]);
            at += count;
        }
    }
}

/// Along rows and columns, with only as many filtered rows in memory as the kernel is long: the same values as [`rows`] and then
/// [`cols`].
fn separable(image: ArrayView2<'_, f32>, kernel: &[f32], mut out: ArrayViewMut2<'_, f32>) {
    let ((height, width), taps, radius) = (image.dim(), kernel.len(), kernel.len() / 2);
    if height < taps {
        return out.assign(&cols(rows(image, kernel).view(), kernel));
    }
    // Row `i` is at `i mod taps`.
    let (mut ring, mut made, mut line) = (vec![0.0; taps * width], 0, Vec::new());
    let (mut starts, mut weighed) = (vec![0; taps], Vec::new());
    for (row, mut target) in out.outer_iter_mut().enumerate() {
        while made < (row + radius + 1).min(height) {
            extend_mirrored(image.row(made), radius, &mut line);
            correlate(&line, kernel, &mut ring[made % taps * width..][..width]);
            made += 1;
        }
        for (tap, start) in starts.iter_mut().enumerate() {
            *start = reflect_101((row + tap) as isize - radius as isize, height) % taps * width;
        }
        match target.as_slice_mut() {
            Some(target) => weigh_rows(&ring, &starts, kernel, target),
            None => {
                weighed.resize(width, 0.0);
                weigh_rows(&ring, &starts, kernel, &mut weighed);
                target.assign(&ArrayView1::from(&weighed));
            }
        }
    }
}

/// Gaussian blur with standard deviation `sigma_px`, cut at `⌈3σ⌉`; zero or less returns the image.
#[must_use]
pub fn gaussian(image: ArrayView2<'_, f32>, sigma_px: f32) -> Array2<f32> {
    let mut out = Array2::zeros(image.dim());
    gaussian_into(image, sigma_px, out.view_mut());
    out
}

/// [`gaussian`], written to memory at hand.
///
/// # Panics
///
/// If `out` is not as large as the image.
pub fn gaussian_into(image: ArrayView2<'_, f32>, sigma_px: f32, mut out: ArrayViewMut2<'_, f32>) {
    assert_eq!(image.dim(), out.dim(), "the result is as large as the image");
    if sigma_px <= 0.0 || image.is_empty() {
        return out.assign(&image);
    }
    separable(image, &gaussian_kernel(sigma_px), out);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blur_equals_that_of_rows_and_then_columns_to_the_last_bit() {
        for size in [(1, 1), (2, 40), (7, 33), (8, 5), (50, 70)] {
            let image = Array2::from_shape_fn(size, |(r, c)| ((r * 7 + c * c * 3) % 11) as f32 / 11.0 - 0.3);
            for sigma_px in [0.4, 1.0, 2.3] {
                let kernel = gaussian_kernel(sigma_px);
                let expected = cols(rows(image.view(), &kernel).view(), &kernel);
                assert_eq!(gaussian(image.view(), sigma_px), expected, "{size:?}, {sigma_px}");
                assert_eq!(gaussian(image.t(), sigma_px).dim(), (size.1, size.0));
                let mut turned = Array2::zeros((size.1, size.0));
                gaussian_into(image.view(), sigma_px, turned.view_mut().reversed_axes());
                assert_eq!(turned.t(), expected, "{size:?}, {sigma_px}, written across");
            }
        }
    }
}
