use microexpr_core::{first_unusable_grey, vectorized};
use ndarray::{Array2, ArrayView2};

use crate::FlowError;

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

    /// Copies a frame, which must have pixels, all of them grey values in or near `0..=1`.
    pub(crate) fn from_frame(frame: ArrayView2<'_, f32>) -> Result<Self, FlowError> {
        let (height, width) = frame.dim();
        if frame.is_empty() {
            return Err(FlowError::EmptyFrame { height, width });
        }
        let data = match frame.as_slice() {
            Some(pixels) => pixels.to_vec(),
            None => frame.iter().copied().collect(),
        };
        if let Some(index) = first_unusable_grey(&data) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_divided_by_255_to_the_last_bit() {
        assert!((0..=255_u8).all(|byte| divided_by_255(byte) == f32::from(byte) / 255.0));
    }
}
