use microexpr_core::vectorized;
use ndarray::{Array2, ArrayView2};

use crate::FlowError;
use crate::plane_halving::halved_plane;

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

    /// The plane of these values.
    pub(crate) fn from_data((height, width): (usize, usize), data: Vec<f32>) -> Self {
        debug_assert_eq!(data.len(), height * width);
        Self { height, width, data }
    }

    /// Half the size, rounded up, after the binomial taps `[1, 4, 6, 4, 1] / 16`: OpenCV's `pyrDown`.
    pub(crate) fn halved(&self) -> Self {
        halved_plane(self)
    }
}

vectorized! {
    /// Appends the values that `microexpr_core::grey_from_image` gives.
    fn unit_grey(bytes: &[u8], out: &mut Vec<f32>) {
        out.extend(bytes.iter().map(|byte| divided_by_255(*byte)));
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
