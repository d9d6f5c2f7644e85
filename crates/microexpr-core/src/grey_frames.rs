use std::ops::Range;

use ndarray::Array2;

use crate::{Clip, ImagePart};

/// The grey frames of a clip, however they are kept: what reads only a part of each needs no more of them as `f32`.
pub trait GreyFrames: Sync {
    /// Frames, rows, columns.
    fn dim(&self) -> (usize, usize, usize);

    /// Frames per second.
    fn fps(&self) -> f64;

    /// Some columns of a row of a frame, in `0..=1`.
    ///
    /// # Panics
    ///
    /// If they do not lie within the frame, or `out` has not their number.
    fn copy_row(&self, frame: usize, row: usize, columns: Range<usize>, out: &mut [f32]);

    /// A part of a frame, `[row, col]` in `0..=1`.
    ///
    /// # Panics
    ///
    /// If it does not lie within the frame.
    fn part(&self, frame: usize, part: ImagePart) -> Array2<f32> {
        let columns = part.left..part.left + part.width;
        let mut values = Vec::with_capacity(part.height * part.width);
        for row in part.top..part.top + part.height {
            // Row by row the zeros are overwritten before they leave the cache.
            let start = values.len();
            values.resize(start + part.width, 0.0);
            self.copy_row(frame, row, columns.clone(), &mut values[start..]);
        }
        Array2::from_shape_vec((part.height, part.width), values).expect("a value for every pixel")
    }

    /// A frame, `[row, col]` in `0..=1`.
    ///
    /// # Panics
    ///
    /// If there is no frame of that number.
    fn whole(&self, frame: usize) -> Array2<f32> {
        let (_, height, width) = self.dim();
        self.part(frame, ImagePart { top: 0, left: 0, height, width })
    }
}

impl GreyFrames for Clip {
    fn dim(&self) -> (usize, usize, usize) {
        self.frames().dim()
    }

    fn fps(&self) -> f64 {
        Self::fps(self)
    }

    fn copy_row(&self, frame: usize, row: usize, columns: Range<usize>, out: &mut [f32]) {
        let frame = self.frame(frame);
        let row = frame.row(row).to_slice().expect("the rows of a clip are contiguous");
        out.copy_from_slice(&row[columns]);
    }
}
