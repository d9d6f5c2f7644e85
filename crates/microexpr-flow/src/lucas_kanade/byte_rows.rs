use ndarray::ArrayView2;

use crate::FlowError;
use crate::plane::{Plane, unit_grey_into};
use crate::plane_halving::HalvedRows;

/// Rows of a frame of bytes as grey values in `0..=1`, made when they are first asked for.
///
/// Only the last `kept` rows exist as floats: they stay in the cache from their making to their last use, which is what makes
/// preparing a frame fast. The next level of the pyramid is made along the way.
pub(super) struct ByteRows<'a> {
    frame: ArrayView2<'a, u8>,
    kept: usize,
    /// Row `i` is at `i mod kept`.
    ring: Vec<f32>,
    made: usize,
    half: Option<HalvedRows>,
}

impl<'a> ByteRows<'a> {
    /// Of at least five rows kept; with the half if it is wanted.
    pub(super) fn new(frame: ArrayView2<'a, u8>, kept: usize, with_half: bool) -> Result<Self, FlowError> {
        let (height, width) = frame.dim();
        if frame.is_empty() {
            return Err(FlowError::EmptyFrame { height, width });
        }
        let kept = kept.max(5).min(height);
        let half = with_half.then(|| HalvedRows::new((height, width)));
        Ok(Self { frame, kept, ring: vec![0.0; kept * width], made: 0, half })
    }

    /// Rows no further apart than the rows kept, the last of them not before the last row made.
    pub(super) fn rows<const N: usize>(&mut self, rows: [usize; N]) -> [&[f32]; N] {
        while self.made <= rows.iter().copied().max().unwrap_or_default() {
            self.make_next();
        }
        rows.map(|row| row_of(&self.ring, self.kept, self.frame.ncols(), row))
    }

    /// The half, once all rows were asked for.
    pub(super) fn into_half(self) -> Option<Plane> {
        self.half.map(HalvedRows::into_plane)
    }

    fn make_next(&mut self) {
        let (kept, width) = (self.kept, self.frame.ncols());
        let out = &mut self.ring[self.made % kept * width..][..width];
        let bytes = self.frame.row(self.made);
        match bytes.as_slice() {
            Some(bytes) => unit_grey_into(bytes, out),
            None => unit_grey_into(&bytes.to_vec(), out),
        }
        self.made += 1;
        if let Some(half) = &mut self.half {
            half.take(self.made, |row| row_of(&self.ring, kept, width, row));
        }
    }
}

fn row_of(ring: &[f32], kept: usize, width: usize, row: usize) -> &[f32] {
    &ring[row % kept * width..][..width]
}
