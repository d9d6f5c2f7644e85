use microexpr_core::border::reflect_101;
use ndarray::{Array2, ArrayView2};

use crate::FlowError;
use crate::simd::vectorized;

/// Frames are `0..=1`; this leaves room for other ranges, yet none for overflow in products of gradients.
const LARGEST_GREY: f32 = 1e4;

/// A row-major `f32` image as one flat vector: what the inner loops work on.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Plane {
    height: usize,
    width: usize,
    data: Vec<f32>,
}

impl Plane {
    pub(crate) fn zeros((height, width): (usize, usize)) -> Self {
        Self { height, width, data: vec![0.0; height * width] }
    }

    /// Takes another size; the values are then arbitrary.
    pub(crate) fn resize(&mut self, (height, width): (usize, usize)) {
        (self.height, self.width) = (height, width);
        self.data.resize(height * width, 0.0);
    }

    /// Copies a frame, which must have pixels, all finite.
    pub(crate) fn from_frame(frame: ArrayView2<'_, f32>) -> Result<Self, FlowError> {
        let (height, width) = frame.dim();
        if frame.is_empty() {
            return Err(FlowError::EmptyFrame { height, width });
        }
        let data = match frame.as_slice() {
            Some(pixels) => pixels.to_vec(),
            None => frame.iter().copied().collect(),
        };
        let usable = |p: &f32| p.abs() <= LARGEST_GREY;
        if !data.iter().fold(true, |all, p| all & usable(p)) {
            let index = data.iter().position(|p| !usable(p)).unwrap_or_default();
            return Err(FlowError::PixelValue { row: index / width, col: index % width, value: data[index] });
        }
        Ok(Self { height, width, data })
    }

    /// Takes a frame of bytes, which must have pixels, as `0..=1`.
    pub(crate) fn from_bytes(frame: ArrayView2<'_, u8>) -> Result<Self, FlowError> {
        let (height, width) = frame.dim();
        if frame.is_empty() {
            return Err(FlowError::EmptyFrame { height, width });
        }
        let mut data = Vec::with_capacity(height * width);
        for row in frame.rows() {
            match row.as_slice() {
                Some(bytes) => unit_grey(bytes, &mut data),
                None => data.extend(row.iter().map(|byte| f32::from(*byte) / 255.0)),
            }
        }
        Ok(Self { height, width, data })
    }

    /// Copies an array without looking at its values.
    pub(crate) fn from_array(array: ArrayView2<'_, f32>) -> Self {
        let (height, width) = array.dim();
        Self { height, width, data: array.iter().copied().collect() }
    }

    pub(crate) fn fill(&mut self, value: f32) {
        self.data.fill(value);
    }

    pub(crate) fn scale(&mut self, factor: f32) {
        self.data.iter_mut().for_each(|value| *value *= factor);
    }

    pub(crate) fn into_array(self) -> Array2<f32> {
        Array2::from_shape_vec((self.height, self.width), self.data).expect("data has height x width values")
    }

    /// Height and width.
    #[inline(always)]
    pub(crate) fn dim(&self) -> (usize, usize) {
        (self.height, self.width)
    }

    #[inline(always)]
    pub(crate) fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.width..][..self.width]
    }

    #[inline(always)]
    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.data[row * self.width..][..self.width]
    }

    /// Half the size, rounded up, after the binomial taps `[1, 4, 6, 4, 1] / 16`: OpenCV's `pyrDown`.
    pub(crate) fn halved(&self) -> Self {
        let (height, width) = (self.height.div_ceil(2), self.width.div_ceil(2));
        let mut data = Vec::with_capacity(height * width);
        let mut line = vec![0.0; self.width + 4];
        for row in 0..height {
            let tap = |k: usize| self.row(reflect_101((2 * row + k) as isize - 2, self.height));
            blend_rows([tap(0), tap(1), tap(2), tap(3), tap(4)], &mut line[2..self.width + 2]);
            mirror_ends(&mut line, self.width);
            // Row by row the zeros are overwritten before they leave the cache.
            let start = data.len();
            data.resize(start + width, 0.0);
            thin_row(&line, &mut data[start..]);
        }
        Self { height, width, data }
    }
}

vectorized! {
    /// Appends the values that `microexpr_core::grey_from_image` gives.
    fn unit_grey(bytes: &[u8], out: &mut Vec<f32>) {
        out.extend(bytes.iter().map(|byte| divided_by_255(*byte)));
    }
}

vectorized! {
    fn blend_rows(taps: [&[f32]; 5], out: &mut [f32]) {
        let [a, b, c, d, e] = taps.map(|t| &t[..out.len()]);
        for (i, value) in out.iter_mut().enumerate() {
            *value = binomial([a[i], b[i], c[i], d[i], e[i]]);
        }
    }
}

vectorized! {
    /// Every second binomial sum of `line`, the first one around `line[2]`.
    fn thin_row(line: &[f32], out: &mut [f32]) {
        let line = &line[..2 * out.len() + 3];
        for (i, value) in out.iter_mut().enumerate() {
            let at = 2 * i;
            *value = binomial([line[at], line[at + 1], line[at + 2], line[at + 3], line[at + 4]]);
        }
    }
}

/// `byte / 255` without a division: the reciprocal in two parts, the product with the first one exact.
#[inline(always)]
fn divided_by_255(byte: u8) -> f32 {
    const HIGH: f32 = 257.0 / 65536.0;
    const LOW: f32 = (1.0 / 255.0 - 257.0 / 65536.0) as f32;
    let byte = f32::from(byte);
    byte * HIGH + byte * LOW
}

#[inline(always)]
fn binomial([a, b, c, d, e]: [f32; 5]) -> f32 {
    ((a + e) + 4.0 * (b + d) + 6.0 * c) * (1.0 / 16.0)
}

/// Fills the two values before and after `line[2..width + 2]` by reflection.
fn mirror_ends(line: &mut [f32], width: usize) {
    for (outside, target) in [(-2, 0), (-1, 1), (width as isize, width + 2), (width as isize + 1, width + 3)]
    {
        line[target] = line[2 + reflect_101(outside, width)];
    }
}

/// The plane and its repeated halvings, finest first: `max_level` of them at most, none with a side below `min_side`.
pub(crate) fn pyramid(full: Plane, max_level: usize, min_side: usize) -> Vec<Plane> {
    let mut levels = vec![full];
    while levels.len() <= max_level {
        let last = &levels[levels.len() - 1];
        if last.height.min(last.width).div_ceil(2) < min_side.max(2) {
            break;
        }
        levels.push(last.halved());
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_divided_by_255_to_the_last_bit() {
        assert!((0..=255_u8).all(|byte| divided_by_255(byte) == f32::from(byte) / 255.0));
    }

    #[test]
    fn halving_equals_the_pyramid_of_core() {
        for size in [(1, 1), (1, 7), (2, 3), (16, 11), (33, 40)] {
            let image = Array2::from_shape_fn(size, |(r, c)| ((r * 7 + c * c * 3) % 11) as f32 / 11.0);
            let ours = Plane::from_frame(image.view()).unwrap().halved().into_array();
            let core = microexpr_core::pyramid::down(image.view());
            assert_eq!(ours.dim(), core.dim());
            assert!(ours.iter().zip(&core).all(|(a, b)| (a - b).abs() < 1e-6), "{size:?}");
        }
    }
}
