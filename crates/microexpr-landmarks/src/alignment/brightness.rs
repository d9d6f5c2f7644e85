use ndarray::{Array2, Zip};
use serde::{Deserialize, Serialize};

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
pub(super) fn match_first(frames: &mut [Array2<f32>]) {
    let Some(first) = frames.first() else { return };
    let mut mean = Array2::<f64>::zeros(first.dim());
    for frame in frames.iter() {
        Zip::from(&mut mean).and(frame).for_each(|m, v| *m += f64::from(*v));
    }
    let gains: Vec<f64> = frames.iter().map(|frame| product(frame, &mean)).collect();
    for (frame, gain) in frames.iter_mut().zip(&gains) {
        let factor = (gains[0] / gain) as f32;
        if factor.is_finite() && factor > 0.0 {
            frame.mapv_inplace(|v| v * factor);
        }
    }
}

fn product(frame: &Array2<f32>, mean: &Array2<f64>) -> f64 {
    frame.iter().zip(mean).map(|(v, m)| f64::from(*v) * m).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lamp_that_flickers_leaves_no_trace() {
        let face = Array2::from_shape_fn((20, 30), |(row, col)| 0.2 + 0.01 * (row * col % 37) as f32);
        let mut frames: Vec<Array2<f32>> = [1.0f32, 1.02, 0.97, 1.01].map(|gain| &face * gain).to_vec();
        match_first(&mut frames);
        for frame in &frames {
            assert!(frame.iter().zip(&face).all(|(a, b)| (a - b).abs() < 1e-6));
        }
    }

    #[test]
    fn a_black_frame_stays_black() {
        let mut frames = vec![Array2::from_elem((4, 4), 0.5), Array2::zeros((4, 4))];
        match_first(&mut frames);
        assert_eq!(frames, [Array2::from_elem((4, 4), 0.5), Array2::zeros((4, 4))]);
    }
}
