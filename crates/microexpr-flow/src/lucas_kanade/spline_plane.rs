use std::ops::Range;

use microexpr_core::{border::reflect_101, vectorized};

use crate::plane::Plane;

/// How far outside the image the middle of a window may lie.
pub(super) const REACH_PX: f64 = 4.0;
/// Coefficients that a window's rows may be read beyond their end, see `Window`.
const SLACK: usize = 8;

/// An image as coefficients of cubic B-splines, mirrored beyond its border as far as windows reach.
///
/// The coefficients are those of quasi-interpolation, `(−1, 8, −1) / 6` along rows and columns: exact for cubics, and unlike
/// exact interpolation it does not amplify the noise of single pixels.
///
/// Source: L. Condat, T. Blu, M. Unser, "Beyond Interpolation: Optimal Reconstruction by Quasi-Interpolation", ICIP 2005.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SplinePlane {
    dim: (usize, usize),
    margin: usize,
    stride: usize,
    coefficients: Coefficients,
}

/// Row by row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Coefficients {
    /// Grey values.
    Grey(Vec<f32>),
    /// Of a frame of bytes, times [`WHOLE`]: whole numbers from −8160 to 17340, so none is rounded.
    Whole(Vec<i16>),
}

/// White times the square of the divisor of `(−1, 8, −1) / 6`.
pub(super) const WHOLE: f64 = 255.0 * 36.0;

impl SplinePlane {
    /// Prepares for windows of `radius` pixels on each side of their middle.
    pub(super) fn new(image: &Plane, radius: usize) -> Self {
        let across = |[above, here, below]: [usize; 3], out: &mut [f32]| {
            sharpen_across(image.row(above), image.row(here), image.row(below), out);
        };
        let sharpened = sharpened_rows(image.dim(), radius, across, sharpen_along);
        Self::with_coefficients(image.dim(), radius, Coefficients::Grey(sharpened))
    }

    /// [`SplinePlane::new`] of a frame of bytes given by its rows.
    pub(super) fn of_bytes<'a>(dim: (usize, usize), radius: usize, row: impl Fn(usize) -> &'a [u8]) -> Self {
        let across = |[above, here, below]: [usize; 3], out: &mut [i16]| {
            sharpen_bytes_across(row(above), row(here), row(below), out);
        };
        let sharpened = sharpened_rows(dim, radius, across, sharpen_whole_along);
        Self::with_coefficients(dim, radius, Coefficients::Whole(sharpened))
    }

    fn with_coefficients(dim: (usize, usize), radius: usize, coefficients: Coefficients) -> Self {
        Self { dim, margin: margin_of(radius), stride: stride_of(dim.1, radius), coefficients }
    }

    /// Height and width of the image.
    pub(super) fn dim(&self) -> (usize, usize) {
        self.dim
    }

    /// The position, or the nearest one where a window may stand.
    pub(super) fn within_reach(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let limit = |at: f64, length: usize| at.clamp(-REACH_PX, (length - 1) as f64 + REACH_PX);
        [limit(x, self.dim.1), limit(y, self.dim.0)]
    }

    #[inline(always)]
    pub(super) fn coefficients(&self) -> &Coefficients {
        &self.coefficients
    }

    /// Where the coefficients of the pixels of a row from `col` on are, both possibly outside the image.
    #[inline(always)]
    pub(super) fn row_from(&self, row: isize, col: isize) -> Range<usize> {
        let margin = self.margin as isize;
        let (row, col) = ((row + margin) as usize, (col + margin) as usize);
        row * self.stride + col..(row + 1) * self.stride
    }
}

/// What `along` makes of lines that `across` makes of three rows, mirrored beyond the border: the filters are symmetric, so
/// that this equals filtering a mirrored image.
fn sharpened_rows<T: Copy + Default>(
    (height, width): (usize, usize),
    radius: usize,
    across: impl Fn([usize; 3], &mut [T]),
    along: impl Fn(&[T], &mut [T]),
) -> Vec<T> {
    let (margin, stride) = (margin_of(radius), stride_of(width, radius));
    let inside = margin..margin + width;
    let mirrored = |row: isize| reflect_101(row, height);
    // A row and one value more on either side.
    let mut line = vec![T::default(); width + 2];
    let beside = [(0, reflect_101(-1, width) + 1), (width + 1, reflect_101(width as isize, width) + 1)];
    let mut values = Vec::with_capacity((height + 2 * margin) * stride);
    values.resize(margin * stride, T::default());
    for row in 0..height {
        // Without the division of `reflect_101` where it is not needed.
        let above = if row > 0 { row - 1 } else { mirrored(-1) };
        let below = if row + 1 < height { row + 1 } else { mirrored(height as isize) };
        across([above, row, below], &mut line[1..=width]);
        beside.iter().for_each(|(outside, inside)| line[*outside] = line[*inside]);
        // Row by row the zeros are overwritten before they leave the cache.
        let start = values.len();
        values.resize(start + stride, T::default());
        along(&line, &mut values[start..][inside.clone()]);
        mirror_outside(&mut values[start..], inside.clone());
    }
    let row_at = |row: usize| (margin + row) * stride..(margin + row + 1) * stride;
    for below in 0..margin {
        values.extend_from_within(row_at(mirrored((height + below) as isize)));
    }
    for above in 0..margin {
        values.copy_within(row_at(mirrored(above as isize - margin as isize)), above * stride);
    }
    values
}

fn stride_of(width: usize, radius: usize) -> usize {
    width + 2 * margin_of(radius) + SLACK
}

/// A template is one pixel wider than its window; two coefficients lie beyond the last pixel, one before the first.
fn margin_of(radius: usize) -> usize {
    radius + 1 + 2 + REACH_PX as usize + 1
}

/// Fills what lies outside `inside` by reflection.
fn mirror_outside<T: Copy>(line: &mut [T], inside: Range<usize>) {
    let once = inside.len() > inside.start.max(line.len() - inside.end);
    if once {
        let (left, from) = line.split_at_mut(inside.start);
        left.iter_mut().rev().zip(&from[1..]).for_each(|(outside, value)| *outside = *value);
        let (from, right) = line.split_at_mut(inside.end);
        right.iter_mut().zip(from.iter().rev().skip(1)).for_each(|(outside, value)| *outside = *value);
    } else {
        for at in (0..inside.start).chain(inside.end..line.len()) {
            let from = reflect_101(at as isize - inside.start as isize, inside.len());
            line[at] = line[inside.start + from];
        }
    }
}

vectorized! {
    fn sharpen_across(above: &[f32], here: &[f32], below: &[f32], out: &mut [f32]) {
        let width = out.len();
        let (above, here, below) = (&above[..width], &here[..width], &below[..width]);
        for i in 0..width {
            out[i] = sharpen(above[i], here[i], below[i]);
        }
    }
}

vectorized! {
    /// What becomes of the values that have a neighbour on both sides.
    fn sharpen_along(line: &[f32], out: &mut [f32]) {
        let width = out.len();
        let line = &line[..width + 2];
        for i in 0..width {
            out[i] = sharpen(line[i], line[i + 1], line[i + 2]);
        }
    }
}

#[inline(always)]
fn sharpen(before: f32, here: f32, after: f32) -> f32 {
    (4.0 / 3.0) * here - (1.0 / 6.0) * (before + after)
}

vectorized! {
    /// Six times [`sharpen_across`].
    fn sharpen_bytes_across(above: &[u8], here: &[u8], below: &[u8], out: &mut [i16]) {
        let width = out.len();
        let (above, here, below) = (&above[..width], &here[..width], &below[..width]);
        for i in 0..width {
            out[i] = sharpen_whole(i16::from(above[i]), i16::from(here[i]), i16::from(below[i]));
        }
    }
}

vectorized! {
    /// Six times [`sharpen_along`].
    fn sharpen_whole_along(line: &[i16], out: &mut [i16]) {
        let width = out.len();
        let line = &line[..width + 2];
        for i in 0..width {
            out[i] = sharpen_whole(line[i], line[i + 1], line[i + 2]);
        }
    }
}

#[inline(always)]
fn sharpen_whole(before: i16, here: i16, after: i16) -> i16 {
    8 * here - (before + after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_mirrored_at_their_first_and_last_value_as_often_as_needed() {
        for (before, width, after) in [(3, 9, 5), (3, 4, 3), (3, 3, 3), (7, 2, 9), (4, 1, 2), (0, 5, 0)] {
            let mut line: Vec<f32> = (0..before + width + after).map(|i| i as f32).collect();
            mirror_outside(&mut line, before..before + width);
            for (at, value) in line.iter().enumerate() {
                let expected = before + reflect_101(at as isize - before as isize, width);
                assert_eq!(*value, expected as f32, "{at} of {before} + {width} + {after}");
            }
        }
    }

    #[test]
    fn whole_coefficients_are_those_of_the_grey_values() {
        /// A few roundings of values below 2.
        const TOLERANCE: f32 = 1e-6;
        let checks = |row: usize, col: usize| if (row + col).is_multiple_of(2) { 255_u8 } else { 0 };
        let noise = |row: usize, col: usize| ((row * 7919 + col * 104_729 + row * col * 31) % 256) as u8;
        for (height, width, radius) in
            [(1, 1, 10), (1, 9, 0), (2, 5, 3), (3, 200, 10), (200, 3, 1), (33, 40, 10)]
        {
            let dim = (height, width);
            for pixel in [checks as fn(usize, usize) -> u8, noise] {
                let bytes: Vec<u8> = (0..height * width).map(|i| pixel(i / width, i % width)).collect();
                let grey = bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect();
                let whole = SplinePlane::of_bytes(dim, radius, |row| &bytes[row * width..][..width]);
                let grey = SplinePlane::new(&Plane::from_data(dim, grey), radius);
                let (Coefficients::Whole(whole), Coefficients::Grey(grey)) =
                    (whole.coefficients, grey.coefficients)
                else {
                    panic!("bytes become whole numbers, grey values do not")
                };
                assert_eq!(whole.len(), grey.len());
                let apart = |(w, g): (&i16, &f32)| (f32::from(*w) / WHOLE as f32 - g).abs();
                assert!(whole.iter().zip(&grey).map(apart).all(|d| d < TOLERANCE), "{height}x{width}");
            }
        }
    }
}
