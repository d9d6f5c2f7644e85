use std::ops::Range;

use microexpr_core::{border::reflect_101, vectorized};
use ndarray::ArrayView2;

use super::byte_rows::ByteRows;
use crate::FlowError;
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
    coefficients: Vec<f32>,
}

impl SplinePlane {
    /// Prepares for windows of `radius` pixels on each side of their middle.
    pub(super) fn new(image: &Plane, radius: usize) -> Self {
        Self::from_rows(image.dim(), radius, |rows, sum| {
            let [above, here, below] = rows.map(|row| image.row(row));
            sum(above, here, below);
        })
    }

    /// [`SplinePlane::new`] of bytes, made into grey values on the way; also the next level of the pyramid, if wanted.
    pub(super) fn of_bytes(
        frame: ArrayView2<'_, u8>,
        radius: usize,
        with_half: bool,
    ) -> Result<(Self, Option<Plane>), FlowError> {
        let mut source = ByteRows::new(frame, margin_of(radius) + 3, with_half)?;
        let plane = Self::from_rows(frame.dim(), radius, |rows, sum| {
            let [above, here, below] = source.rows(rows);
            sum(above, here, below);
        });
        Ok((plane, source.into_half()))
    }

    /// `with_rows` hands three rows by their numbers to a function.
    fn from_rows(
        (height, width): (usize, usize),
        radius: usize,
        mut with_rows: impl FnMut([usize; 3], &mut dyn FnMut(&[f32], &[f32], &[f32])),
    ) -> Self {
        let margin = margin_of(radius);
        let stride = width + 2 * margin + SLACK;
        // A row of the result and one value more on either side.
        let mut line = vec![0.0; stride + 2];
        let middle = margin + 1..margin + 1 + width;
        let rows: Vec<usize> = (0..height + 2 * margin + 2)
            .map(|i| reflect_101(i as isize - margin as isize - 1, height))
            .collect();
        let mut coefficients = Vec::with_capacity((height + 2 * margin) * stride);
        for row in rows.windows(3) {
            with_rows([row[0], row[1], row[2]], &mut |above, here, below| {
                sharpen_across(above, here, below, &mut line[middle.clone()]);
            });
            mirror_outside(&mut line, middle.clone());
            sharpen_along(&line, &mut coefficients);
        }
        Self { dim: (height, width), margin, stride, coefficients }
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

    /// The coefficients of the pixels of a row from `col` on, both possibly outside the image.
    #[inline(always)]
    pub(super) fn row_from(&self, row: isize, col: isize) -> &[f32] {
        let margin = self.margin as isize;
        let (row, col) = ((row + margin) as usize, (col + margin) as usize);
        &self.coefficients[row * self.stride + col..(row + 1) * self.stride]
    }
}

/// A template is one pixel wider than its window; two coefficients lie beyond the last pixel, one before the first.
fn margin_of(radius: usize) -> usize {
    radius + 1 + 2 + REACH_PX as usize + 1
}

/// Fills what lies outside `inside` by reflection.
fn mirror_outside(line: &mut [f32], inside: Range<usize>) {
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
    /// Appends what becomes of the values that have a neighbour on both sides.
    fn sharpen_along(line: &[f32], out: &mut Vec<f32>) {
        out.extend(line.iter().zip(&line[1..]).zip(&line[2..]).map(|((left, here), right)| sharpen(*left, *here, *right)));
    }
}

#[inline(always)]
fn sharpen(before: f32, here: f32, after: f32) -> f32 {
    (4.0 / 3.0) * here - (1.0 / 6.0) * (before + after)
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
}
