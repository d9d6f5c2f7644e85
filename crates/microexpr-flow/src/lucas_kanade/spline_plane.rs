use microexpr_core::border::reflect_101;

use crate::plane::Plane;
use crate::simd::vectorized;

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
        let (height, width) = image.dim();
        // A template is one pixel wider; two coefficients lie beyond the last pixel, one before the first.
        let margin = radius + 1 + 2 + REACH_PX as usize + 1;
        let stride = width + 2 * margin + SLACK;
        // A row of the result and one value more on either side.
        let mut line = vec![0.0; stride + 2];
        let middle = margin + 1..margin + 1 + width;
        let mirrored: Vec<(usize, usize)> = (0..middle.start)
            .chain(middle.end..line.len())
            .map(|i| (i, middle.start + reflect_101(i as isize - middle.start as isize, width)))
            .collect();
        let rows: Vec<usize> = (0..height + 2 * margin + 2)
            .map(|i| reflect_101(i as isize - margin as isize - 1, height))
            .collect();
        let mut coefficients = Vec::with_capacity((height + 2 * margin) * stride);
        for row in rows.windows(3) {
            sharpen_across(
                image.row(row[0]),
                image.row(row[1]),
                image.row(row[2]),
                &mut line[middle.clone()],
            );
            for (outside, inside) in &mirrored {
                line[*outside] = line[*inside];
            }
            // Row by row the zeros are overwritten before they leave the cache.
            let start = coefficients.len();
            coefficients.resize(start + stride, 0.0);
            sharpen_along(&line, &mut coefficients[start..]);
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
    fn sharpen_along(line: &[f32], out: &mut [f32]) {
        let width = out.len();
        let (left, here, right) = (&line[..width], &line[1..=width], &line[2..width + 2]);
        for i in 0..width {
            out[i] = sharpen(left[i], here[i], right[i]);
        }
    }
}

#[inline(always)]
fn sharpen(before: f32, here: f32, after: f32) -> f32 {
    (4.0 / 3.0) * here - (1.0 / 6.0) * (before + after)
}
