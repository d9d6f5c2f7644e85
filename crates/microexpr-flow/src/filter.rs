//! Separable filters on planes, with reflect-101 borders.

use microexpr_core::filter::gaussian_kernel;
use microexpr_core::{border::reflect_101, vectorized};

use crate::plane::Plane;

/// Blurs in place with a Gaussian of standard deviation `sigma_px`; zero changes nothing.
pub(crate) fn blur(plane: &mut Plane, sigma_px: f32, scratch: &mut Plane) {
    if sigma_px > 0.0 {
        let kernel = gaussian_kernel(sigma_px);
        correlate(plane, &kernel[kernel.len() / 2..], scratch);
    }
}

/// Filters in place, along rows and along columns, with the symmetric kernel whose middle and right half is `half`.
pub(crate) fn correlate(plane: &mut Plane, half: &[f32], scratch: &mut Plane) {
    scratch.resize(plane.dim());
    correlate_rows(plane, half, Symmetry::Even, scratch);
    correlate_cols(scratch, half, Symmetry::Even, plane);
}

/// Five-point central differences `(1, −8, 0, 8, −1) / 12` along rows and along columns.
pub(crate) fn derivatives(plane: &Plane, dx: &mut Plane, dy: &mut Plane) {
    const HALF: [f32; 3] = [0.0, 8.0 / 12.0, -1.0 / 12.0];
    dx.resize(plane.dim());
    dy.resize(plane.dim());
    correlate_rows(plane, &HALF, Symmetry::Odd, dx);
    correlate_cols(plane, &HALF, Symmetry::Odd, dy);
}

/// Sobel's derivatives, `(−1, 0, 1) / 2` along one direction and `(1, 2, 1) / 4` along the other.
pub(crate) fn sobel(plane: &Plane, dx: &mut Plane, dy: &mut Plane, scratch: &mut Plane) {
    const DIFFERENCE: [f32; 2] = [0.0, 0.5];
    const SMOOTH: [f32; 2] = [0.5, 0.25];
    for out in [&mut *dx, &mut *dy, &mut *scratch] {
        out.resize(plane.dim());
    }
    correlate_rows(plane, &DIFFERENCE, Symmetry::Odd, scratch);
    correlate_cols(scratch, &SMOOTH, Symmetry::Even, dx);
    correlate_rows(plane, &SMOOTH, Symmetry::Even, scratch);
    correlate_cols(scratch, &DIFFERENCE, Symmetry::Odd, dy);
}

/// `½·(next − previous)` along rows; half the one-sided difference at the border.
pub(crate) fn differences_along_rows(plane: &Plane, out: &mut Plane) {
    let (height, width) = plane.dim();
    out.resize((height, width));
    for row in 0..height {
        let (line, out) = (plane.row(row), out.row_mut(row));
        if width > 2 {
            half_difference(&line[..width - 2], &line[2..], &mut out[1..width - 1]);
        }
        out[0] = 0.5 * (line[1.min(width - 1)] - line[0]);
        out[width - 1] = 0.5 * (line[width - 1] - line[width.saturating_sub(2)]);
    }
}

/// `½·(next − previous)` along columns; half the one-sided difference at the border.
pub(crate) fn differences_along_cols(plane: &Plane, out: &mut Plane) {
    let height = plane.dim().0;
    out.resize(plane.dim());
    for row in 0..height {
        let (above, below) = (row.saturating_sub(1), (row + 1).min(height - 1));
        half_difference(plane.row(above), plane.row(below), out.row_mut(row));
    }
}

vectorized! {
    fn half_difference(before: &[f32], after: &[f32], out: &mut [f32]) {
        for ((value, a), b) in out.iter_mut().zip(after).zip(before) {
            *value = 0.5 * (a - b);
        }
    }
}

/// How the left half of a kernel follows from its right half.
#[derive(Clone, Copy)]
pub(crate) enum Symmetry {
    Even,
    Odd,
}

impl Symmetry {
    #[inline(always)]
    fn sign(self) -> f32 {
        match self {
            Self::Even => 1.0,
            Self::Odd => -1.0,
        }
    }
}

fn correlate_rows(from: &Plane, half: &[f32], symmetry: Symmetry, to: &mut Plane) {
    let (height, width) = from.dim();
    let radius = half.len() - 1;
    let mut line = vec![0.0; width + 2 * radius];
    for row in 0..height {
        line[radius..radius + width].copy_from_slice(from.row(row));
        extend_mirrored(&mut line, radius);
        correlate_line(&line, half, symmetry, to.row_mut(row));
    }
}

/// Fills the first and the last `radius` values of a line by mirroring those between.
pub(crate) fn extend_mirrored(line: &mut [f32], radius: usize) {
    let width = line.len() - 2 * radius;
    for i in 0..radius {
        line[i] = line[radius + reflect_101(i as isize - radius as isize, width)];
        line[radius + width + i] = line[radius + reflect_101((width + i) as isize, width)];
    }
}

fn correlate_cols(from: &Plane, half: &[f32], symmetry: Symmetry, to: &mut Plane) {
    let height = from.dim().0;
    for row in 0..height {
        let out = to.row_mut(row);
        scale_line(from.row(row), half[0], out);
        for (tap, weight) in half.iter().enumerate().skip(1) {
            let above = from.row(reflect_101(row as isize - tap as isize, height));
            let below = from.row(reflect_101((row + tap) as isize, height));
            add_pair(above, below, *weight, symmetry, out);
        }
    }
}

vectorized! {
    /// `Σ_k kernel[k]·line[x + k]`, `line` being longer than `out` by both arms of the kernel.
    pub(crate) fn correlate_line(line: &[f32], half: &[f32], symmetry: Symmetry, out: &mut [f32]) {
        let (radius, width) = (half.len() - 1, out.len());
        for (value, pixel) in out.iter_mut().zip(&line[radius..radius + width]) {
            *value = half[0] * pixel;
        }
        for (tap, weight) in half.iter().enumerate().skip(1) {
            let (before, after) = (&line[radius - tap..][..width], &line[radius + tap..][..width]);
            for i in 0..width {
                out[i] += weight * (after[i] + symmetry.sign() * before[i]);
            }
        }
    }
}

vectorized! {
    /// `out = weight·line`.
    pub(crate) fn scale_line(line: &[f32], weight: f32, out: &mut [f32]) {
        for (value, pixel) in out.iter_mut().zip(line) {
            *value = weight * pixel;
        }
    }
}

vectorized! {
    /// Adds one pair of taps of a kernel to `out`.
    pub(crate) fn add_pair(before: &[f32], after: &[f32], weight: f32, symmetry: Symmetry, out: &mut [f32]) {
        for ((value, a), b) in out.iter_mut().zip(after).zip(before) {
            *value += weight * (a + symmetry.sign() * b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn blur_equals_the_gaussian_of_core() {
        for size in [(1, 1), (2, 9), (30, 17)] {
            let image = Array2::from_shape_fn(size, |(r, c)| ((r * 5 + c * c) % 13) as f32 / 13.0);
            let mut plane = Plane::from_array(image.view());
            blur(&mut plane, 1.3, &mut Plane::default());
            let core = microexpr_core::filter::gaussian(image.view(), 1.3);
            assert!(plane.into_array().iter().zip(&core).all(|(a, b)| (a - b).abs() < 1e-6), "{size:?}");
        }
    }

    #[test]
    fn derivatives_of_a_cubic_are_exact_away_from_the_border() {
        let image = Array2::from_shape_fn((9, 9), |(r, c)| {
            let (x, y) = (c as f32 - 4.0, r as f32 - 4.0);
            0.01 * x * x * x - 0.02 * y * y + 0.3 * x * y
        });
        let (mut dx, mut dy) = (Plane::default(), Plane::default());
        derivatives(&Plane::from_array(image.view()), &mut dx, &mut dy);
        for (row, col) in [(4, 4), (3, 6), (6, 2)] {
            let (x, y) = (col as f32 - 4.0, row as f32 - 4.0);
            assert!((dx.row(row)[col] - (0.03 * x * x + 0.3 * y)).abs() < 1e-5);
            assert!((dy.row(row)[col] - (-0.04 * y + 0.3 * x)).abs() < 1e-5);
        }
    }

    #[test]
    fn sobel_and_differences_of_a_plane_are_its_slopes_and_half_of_them_across_the_border() {
        let image = Plane::from_frame(
            Array2::from_shape_fn((9, 12), |(r, c)| 0.05 * c as f32 - 0.02 * r as f32).view(),
        );
        let image = image.unwrap();
        let (mut dx, mut dy, mut scratch) = (Plane::default(), Plane::default(), Plane::default());
        sobel(&image, &mut dx, &mut dy, &mut scratch);
        assert!((dx.row(4)[5] - 0.05).abs() < 1e-6 && (dy.row(4)[5] + 0.02).abs() < 1e-6);
        differences_along_rows(&image, &mut dx);
        differences_along_cols(&image, &mut dy);
        for (found, expected) in [
            (dx.row(4)[5], 0.05),
            (dx.row(4)[0], 0.025),
            (dx.row(4)[11], 0.025),
            (dy.row(4)[5], -0.02),
            (dy.row(0)[5], -0.01),
        ] {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }

    #[test]
    fn sobel_smooths_across_its_direction() {
        let mut image = Plane::zeros((5, 5));
        image.row_mut(2)[2] = 1.0;
        let (mut dx, mut dy, mut scratch) = (Plane::default(), Plane::default(), Plane::default());
        sobel(&image, &mut dx, &mut dy, &mut scratch);
        assert_eq!(
            [dx.row(1)[1], dx.row(2)[1], dx.row(3)[1], dx.row(2)[2], dx.row(2)[3]],
            [0.125, 0.25, 0.125, 0.0, -0.25]
        );
        assert_eq!(
            [dy.row(1)[1], dy.row(1)[2], dy.row(1)[3], dy.row(2)[2], dy.row(3)[2]],
            [0.125, 0.25, 0.125, 0.0, -0.25]
        );
    }
}
