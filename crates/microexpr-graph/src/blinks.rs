//! Blinks: lids that move far more than in any micro-expression, and say nothing of it.

use std::ops::Range;

use microexpr_core::{LandmarkScheme, Landmarks, OutOfRange};
use serde::{Deserialize, Serialize};

use crate::Trend;
use crate::position_feature::{displacements, scale};
use crate::template::{LEFT_EYE, RIGHT_EYE};

/// What becomes of the eyes' landmarks in frames in which the eyes blink.
///
/// A blink moves the lids several times as far as a micro-expression moves anything, and belongs to no expression. It is told by
/// both eyes: their landmarks have moved the same way, up or down, since the first frame, after what the rest of the face
/// does as a whole is taken out ([`Trend::Remove`] of degree 2). So a blink that the first frame cuts in two, after
/// which the eyes are further open than there, is one, too. Other schemes than the paper's 51 points and the 68 name no eyes, and
/// keep what moves.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Blinks {
    /// What lids do counts like any other motion.
    #[default]
    Keep,
    /// In frames in which both eyes have moved by more than `eye_motion`, the eyes' landmarks count as at rest: their
    /// displacements and patches are 0, and the [`Trend`] is that of the other landmarks. Positions other than displacements
    /// stay as they are.
    Hide {
        /// Mean vertical motion of an eye's landmarks on an upright face, in inter-ocular distances.
        eye_motion: f64,
    },
}

/// Degree of the polynomial that stands for what the rest of the face does as a whole.
const HEAD_DEGREE: usize = 2;

impl Blinks {
    pub(crate) fn check(self) -> Result<(), OutOfRange> {
        match self {
            Self::Keep => Ok(()),
            Self::Hide { eye_motion } => OutOfRange::unless(
                eye_motion.is_finite() && eye_motion > 0.0,
                "blinks",
                "a positive motion of the eyes",
                eye_motion,
            ),
        }
    }

    /// In which frames the eyes are hidden.
    pub(crate) fn hidden(self, frames: &[Landmarks]) -> HiddenEyes {
        let (Self::Hide { eye_motion }, Some(first)) = (self, frames.first()) else {
            return HiddenEyes::none();
        };
        let Some(eyes) = eyes(first.scheme()) else { return HiddenEyes::none() };
        let all = HiddenEyes { landmarks: eyes[0].start..eyes[1].end, frames: vec![true; frames.len()] };
        let head = Trend::Remove { degree: HEAD_DEGREE };
        let motion = displacements(frames, 1.0 / scale(first), head, &all);
        let blinks = |frame: &[f32]| {
            let [left, right] = eyes.clone().map(|eye| mean_vertical(&frame[2 * eye.start..2 * eye.end]));
            left * right > 0.0 && left.abs().min(right.abs()) > eye_motion
        };
        let frames = motion.chunks_exact(2 * first.points().len()).map(blinks).collect();
        HiddenEyes { frames, ..all }
    }
}

/// Of rows of x and y.
fn mean_vertical(rows: &[f32]) -> f64 {
    let vertical = rows.iter().skip(1).step_by(2);
    vertical.map(|v| f64::from(*v)).sum::<f64>() / (rows.len() / 2) as f64
}

/// Where a scheme has the two eyes, one after the other.
pub(crate) fn eyes(scheme: LandmarkScheme) -> Option<[Range<usize>; 2]> {
    match scheme {
        LandmarkScheme::Paper51 => Some([LEFT_EYE, RIGHT_EYE]),
        LandmarkScheme::Ibug68 => Some([36..42, 42..48]),
        _ => None,
    }
}

/// The landmarks whose motion counts as none, in some of the frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HiddenEyes {
    landmarks: Range<usize>,
    /// By frame; frames beyond the last show everything.
    frames: Vec<bool>,
}

impl HiddenEyes {
    /// Everything is seen.
    pub(crate) fn none() -> Self {
        Self { landmarks: 0..0, frames: Vec::new() }
    }

    /// The landmarks that are hidden in a frame.
    pub(crate) fn of_frame(&self, frame: usize) -> Range<usize> {
        if self.frames.get(frame).copied().unwrap_or(false) { self.landmarks.clone() } else { 0..0 }
    }

    /// Sets the features of hidden landmarks to 0: rows of `width` values, `landmarks` rows to a frame.
    pub(crate) fn clear(&self, rows: &mut [f32], landmarks: usize, width: usize) {
        for (frame, rows) in rows.chunks_exact_mut(landmarks * width).enumerate() {
            let hidden = self.of_frame(frame);
            rows[hidden.start * width..hidden.end * width].fill(0.0);
        }
    }
}
