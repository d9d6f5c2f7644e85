use std::convert::Infallible;

use microexpr_core::vectorized;
use ndarray::{Array3, s};
use serde::{Deserialize, Serialize};

use crate::parallel::{fill_frames, map_in_parallel};

/// What becomes of brightness that changes from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Brightness {
    /// Every frame is divided by its gain over the first frame: a flickering lamp goes, and optical flow does not take it
    /// for motion.
    #[default]
    MatchFirst,
    /// Frames stay as recorded.
    Recorded,
}

/// Divides every frame by its gain over the first one.
///
/// A frame's gain is the factor of the mean of all frames that fits it best: `Σ frame·mean / Σ mean²`. The mean has little
/// noise, so the gain has no bias from it. Black clips stay.
pub(super) fn match_first(frames: &mut Array3<f32>) {
    let (count, height, width) = frames.dim();
    let row = |frame: usize, row: usize| -> &[f32] {
        frames.slice(s![frame, row, ..]).to_slice().expect("rows of a clip are contiguous")
    };
    let sums = map_in_parallel(height, |y| {
        let mut sums = vec![0.0; width];
        (0..count).for_each(|i| add_to(&mut sums, row(i, y)));
        sums
    });
    let gains = map_in_parallel(count, |i| (0..height).map(|y| dot(row(i, y), &sums[y])).sum::<f64>());
    let scaled = fill_frames(frames, |i, mut frame| {
        let factor = (gains[0] / gains[i]) as f32;
        if factor.is_finite() && factor > 0.0 {
            frame.mapv_inplace(|v| v * factor);
        }
        Ok::<_, Infallible>(())
    });
    match scaled {
        Ok(()) => {}
    }
}

vectorized! {
    fn add_to(sums: &mut [f64], values: &[f32]) {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += f64::from(*value);
        }
    }
}

/// Products summed side by side.
const LANES: usize = 8;

vectorized! {
    fn dot(values: &[f32], weights: &[f64]) -> f64 {
        let ((values, last_values), (weights, last_weights)) = (values.as_chunks::<LANES>(), weights.as_chunks::<LANES>());
        let mut sums = [0.0; LANES];
        for (values, weights) in values.iter().zip(weights) {
            for lane in 0..LANES {
                sums[lane] += f64::from(values[lane]) * weights[lane];
            }
        }
        let rest: f64 = last_values.iter().zip(last_weights).map(|(v, w)| f64::from(*v) * w).sum();
        sums.iter().sum::<f64>() + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, Axis, stack};

    #[test]
    fn a_lamp_that_flickers_leaves_no_trace() {
        let face = Array2::from_shape_fn((20, 30), |(row, col)| 0.2 + 0.01 * (row * col % 37) as f32);
        let lit = [1.0f32, 1.02, 0.97, 1.01].map(|gain| &face * gain);
        let mut frames = stack(Axis(0), &lit.each_ref().map(|f| f.view())).expect("one size");
        match_first(&mut frames);
        for frame in frames.outer_iter() {
            assert!(frame.iter().zip(&face).all(|(a, b)| (a - b).abs() < 1e-6));
        }
    }

    #[test]
    fn a_black_frame_stays_black() {
        let mut frames = Array3::from_shape_fn((2, 4, 4), |(t, _, _)| if t == 0 { 0.5 } else { 0.0 });
        let before = frames.clone();
        match_first(&mut frames);
        assert_eq!(frames, before);
    }
}
