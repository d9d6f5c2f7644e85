//! Second-order Butterworth low-pass, forwards and backwards over a clip.

use ndarray::{ArrayViewMut2, Axis};

use crate::low_pass::{LowPass, SecondOrder};
use crate::simd::{Task, dispatch};

/// Replaces the frames `[frame, pixel]` by their low-pass minus its value at frame 0.
pub(crate) fn onset_low_pass(mut frames: ArrayViewMut2<'_, f32>, cutoff_hz: f64, fps: f64) {
    let mut smooth = Smooth::new(&frames, cutoff_hz, fps);
    smooth.run(&frames);
    let first = smooth.frame(0).to_vec();
    for (index, mut frame) in frames.outer_iter_mut().enumerate() {
        for ((out, y), y0) in frame.iter_mut().zip(smooth.frame(index)).zip(&first) {
            *out = y - y0;
        }
    }
}

/// Replaces the frames `[frame, pixel]` by the difference of their low-passes at `high_hz` and `low_hz`.
pub(crate) fn zero_phase_band(mut frames: ArrayViewMut2<'_, f32>, low_hz: f64, high_hz: f64, fps: f64) {
    let (mut fast, mut slow) = (Smooth::new(&frames, high_hz, fps), Smooth::new(&frames, low_hz, fps));
    fast.run(&frames);
    slow.run(&frames);
    for (index, mut frame) in frames.outer_iter_mut().enumerate() {
        for ((out, y), z) in frame.iter_mut().zip(fast.frame(index)).zip(slow.frame(index)) {
            *out = y - z;
        }
    }
}

/// The clip extended at both ends, while it is filtered.
struct Smooth {
    filter: SecondOrder,
    /// Frames added at each end.
    margin: usize,
    pixels: usize,
    /// `[margin + frames + margin, pixel]`.
    extended: Vec<f32>,
    states: Vec<[f32; 2]>,
}

impl Smooth {
    fn new(frames: &ArrayViewMut2<'_, f32>, cutoff_hz: f64, fps: f64) -> Self {
        let (count, pixels) = frames.dim();
        let margin = margin(count, cutoff_hz, fps);
        Self {
            filter: SecondOrder::new(cutoff_hz, fps),
            margin,
            pixels,
            extended: vec![0.0; (count + 2 * margin) * pixels],
            states: vec![[0.0; 2]; pixels],
        }
    }

    fn frame(&self, index: usize) -> &[f32] {
        &self.extended[(self.margin + index) * self.pixels..][..self.pixels]
    }

    fn run(&mut self, frames: &ArrayViewMut2<'_, f32>) {
        self.extend(frames);
        let count = self.extended.len() / self.pixels;
        dispatch(Pass { smooth: self, order: 0..count });
        dispatch(Pass { smooth: self, order: (0..count).rev() });
    }

    /// Point reflection about the end frames: `2 x₀ − x₍ᵢ₎`.
    fn extend(&mut self, frames: &ArrayViewMut2<'_, f32>) {
        let (count, last) = (frames.nrows(), frames.nrows() - 1);
        for (index, out) in self.extended.chunks_exact_mut(self.pixels).enumerate() {
            let (inside, end) = if index < self.margin {
                (self.margin - index, 0)
            } else if index < self.margin + count {
                (index - self.margin, index - self.margin)
            } else {
                (2 * last + self.margin - index, last)
            };
            let (inside, end) = (frames.index_axis(Axis(0), inside), frames.index_axis(Axis(0), end));
            for ((o, x), e) in out.iter_mut().zip(inside).zip(end) {
                *o = e + (e - x);
            }
        }
    }

    #[inline(always)]
    fn pass(&mut self, order: impl Iterator<Item = usize> + Clone) {
        let first = order.clone().next().unwrap_or(0);
        for (state, x) in self.states.iter_mut().zip(&self.extended[first * self.pixels..]) {
            *state = SecondOrder::steady(*x);
        }
        for index in order {
            let frame = &mut self.extended[index * self.pixels..][..self.pixels];
            for (x, state) in frame.iter_mut().zip(&mut self.states) {
                *x = self.filter.step(state, *x);
            }
        }
    }
}

struct Pass<'a, I> {
    smooth: &'a mut Smooth,
    order: I,
}

impl<I: Iterator<Item = usize> + Clone> Task for Pass<'_, I> {
    #[inline(always)]
    fn run(self) {
        self.smooth.pass(self.order);
    }
}

/// One period of the cut-off, at least 9 frames, at most what the clip can mirror.
fn margin(frames: usize, cutoff_hz: f64, fps: f64) -> usize {
    ((fps / cutoff_hz).ceil() as usize).max(9).min(frames - 1)
}
