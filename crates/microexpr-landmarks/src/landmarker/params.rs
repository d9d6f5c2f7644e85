use serde::{Deserialize, Serialize};

use crate::{FaceChoice, PlausibilityParams, TrackParams};

/// Settings of [`FaceLandmarker`](crate::FaceLandmarker).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LandmarkerParams {
    /// Which face is meant.
    pub face: FaceChoice,
    /// How points get from the first frame to the others.
    pub motion: PointMotion,
    /// Shift and growth of the box, as a share of its size, over which the points of a model in dlib's format are the median of nine
    /// predictions; zero predicts once, and never finds the box anew. Such a model's points depend on where exactly the box lies; the
    /// mesh finds its own.
    pub box_jitter: f64,
    /// From which point on what was found is not taken for a face.
    pub plausibility: PlausibilityParams,
    /// The point tracker's settings.
    pub track: TrackParams,
    /// What happens where the points of the first frame can no longer be followed.
    pub on_loss: OnLoss,
}

impl Default for LandmarkerParams {
    fn default() -> Self {
        Self {
            face: FaceChoice::Largest,
            motion: PointMotion::Tracked,
            box_jitter: 0.03,
            plausibility: PlausibilityParams::default(),
            track: TrackParams::default(),
            on_loss: OnLoss::Redetect,
        }
    }
}

/// How points get from the first frame to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PointMotion {
    /// Found in the first frame, followed from there (see [`track`](crate::track)): hundredths of a pixel of jitter.
    #[default]
    #[serde(alias = "Tracked")]
    Tracked,
    /// Found in every frame anew, as the paper words it: tenths of a pixel of jitter, more than many micro-expressions
    /// move.
    #[serde(alias = "PerFrame")]
    PerFrame,
}

/// What happens where tracked points are lost: behind a hand, at a cut, after a large turn of the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnLoss {
    /// The same face is detected anew in that frame, and its points are followed from there. Points found anew lie where
    /// the predictor puts them, some tenths of a pixel beside where the tracker would: motion across that frame includes
    /// this step. A face counts as the same if its box overlaps the place where it was last seen by at least
    /// [`SAME_FACE_OVERLAP`]; without such a face the track's loss is an error.
    #[default]
    #[serde(alias = "Redetect")]
    Redetect,
    /// An error, naming the frame.
    #[serde(alias = "Fail")]
    Fail,
}

/// Shared area over joint area from which on two boxes are those of one face.
pub const SAME_FACE_OVERLAP: f64 = 0.3;
