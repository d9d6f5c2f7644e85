//! Ideal band-pass: the discrete Fourier transform of every pixel's course, cut to the band.

use std::sync::Arc;

use ndarray::{ArrayViewMut2, Axis};
use rustfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

use crate::temporal_filter::{Extension, kept_frequencies};

/// A planned transform for clips of one length.
pub(crate) struct IdealBand {
    forward: Arc<dyn Fft<f32>>,
    inverse: Arc<dyn Fft<f32>>,
    /// Factor of every frequency: `1 / length` inside the band, else 0.
    mask: Vec<f32>,
}

impl IdealBand {
    pub(crate) fn new(low_hz: f64, high_hz: f64, extension: Extension, frames: usize, fps: f64) -> Self {
        let length = extension.length(frames);
        let mut mask = vec![0.0; length];
        for k in kept_frequencies(low_hz, high_hz, length, fps) {
            mask[k] = 1.0 / length as f32;
            mask[(length - k) % length] = 1.0 / length as f32;
        }
        let mut planner = FftPlanner::new();
        Self { forward: planner.plan_fft_forward(length), inverse: planner.plan_fft_inverse(length), mask }
    }

    /// Replaces the frames `[frame, pixel]` by their band.
    pub(crate) fn apply(&self, mut frames: ArrayViewMut2<'_, f32>) {
        let scratch = self.forward.get_inplace_scratch_len().max(self.inverse.get_inplace_scratch_len());
        let mut scratch = vec![Complex32::default(); scratch];
        let mut course = vec![Complex32::default(); self.mask.len()];
        for mut pair in frames.axis_chunks_iter_mut(Axis(1), 2) {
            self.load(&pair, &mut course);
            self.forward.process_with_scratch(&mut course, &mut scratch);
            course.iter_mut().zip(&self.mask).for_each(|(c, m)| *c *= m);
            self.inverse.process_with_scratch(&mut course, &mut scratch);
            for (mut values, c) in pair.outer_iter_mut().zip(&course) {
                values[0] = c.re;
                if let Some(second) = values.get_mut(1) {
                    *second = c.im;
                }
            }
        }
    }

    /// Two pixels share one transform, as real and imaginary part: the mask is symmetric, so they do not mix. Taken
    /// relative to frame 0, so that a static pixel gives exactly 0.
    fn load(&self, pair: &ArrayViewMut2<'_, f32>, course: &mut [Complex32]) {
        let frames = pair.nrows();
        for (index, c) in course.iter_mut().enumerate() {
            let row = pair.row(if index < frames { index } else { 2 * frames - 1 - index });
            let since_first = |pixel: usize| row.get(pixel).map_or(0.0, |x| x - pair[[0, pixel]]);
            *c = Complex32::new(since_first(0), since_first(1));
        }
    }
}
