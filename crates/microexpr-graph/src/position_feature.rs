//! Node features of the first stream: where the landmarks are.

use std::ops::Range;

use microexpr_core::{LandmarkScheme, Landmarks, Point};
use serde::{Deserialize, Serialize};

use crate::template::{LEFT_EYE, RIGHT_EYE};

/// Node features of the first stream, two values per landmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PositionFeature {
    /// Position minus the centroid of the first frame, over the first frame's inter-ocular distance (over the
    /// root mean square distance from the centroid where the scheme names no eyes).
    #[default]
    Normalised,
    /// Position in pixels.
    Pixels,
    /// Position over the frame's width and height (254 in the paper).
    FrameFraction,
    /// Position minus the same landmark's position in the first frame, in pixels.
    Displacement,
    /// [`PositionFeature::Displacement`] in thousandths of the first frame's inter-ocular distance: about 1 for a
    /// micro-expression, whatever the size of the face.
    RelativeDisplacement,
}

impl PositionFeature {
    /// Whether the feature says where a landmark went, not where it is.
    pub(crate) fn is_displacement(self) -> bool {
        matches!(self, Self::Displacement | Self::RelativeDisplacement)
    }

    /// The feature of every landmark, frame after frame; the first frame and `(height, width)` are the
    /// reference.
    pub(crate) fn of(self, frames: &[Landmarks], (height, width): (usize, usize)) -> Vec<f32> {
        let Some(first) = frames.first() else { return Vec::new() };
        let centroid = first.centroid();
        let scale = scale(first);
        let value = |p: &Point, axis: usize, start: &Point| match self {
            Self::Normalised => (p[axis] - centroid[axis]) / scale,
            Self::Pixels => p[axis],
            Self::FrameFraction => p[axis] / [width, height][axis] as f64,
            Self::Displacement => p[axis] - start[axis],
            Self::RelativeDisplacement => 1000.0 * (p[axis] - start[axis]) / scale,
        };
        let mut features = Vec::with_capacity(2 * frames.len() * first.points().len());
        for frame in frames {
            for (p, start) in frame.points().iter().zip(first.points()) {
                features.extend([value(p, 0, start) as f32, value(p, 1, start) as f32]);
            }
        }
        features
    }
}

/// Inter-ocular distance (between the eyes' mean points) or the points' spread; 1 for points that coincide.
fn scale(face: &Landmarks) -> f64 {
    let scale = match face.scheme() {
        LandmarkScheme::Paper51 => inter_ocular(face.points(), LEFT_EYE, RIGHT_EYE),
        LandmarkScheme::Ibug68 => inter_ocular(face.points(), 36..42, 42..48),
        _ => {
            let c = face.centroid();
            let sum: f64 = face.points().iter().map(|p| (p[0] - c[0]).powi(2) + (p[1] - c[1]).powi(2)).sum();
            (sum / face.points().len().max(1) as f64).sqrt()
        }
    };
    if scale > 0.0 { scale } else { 1.0 }
}

fn inter_ocular(points: &[Point], left: Range<usize>, right: Range<usize>) -> f64 {
    let mean = |eye: Range<usize>, axis: usize| {
        let n = eye.len() as f64;
        points[eye].iter().map(|p| p[axis]).sum::<f64>() / n
    };
    (mean(right.clone(), 0) - mean(left.clone(), 0)).hypot(mean(right, 1) - mean(left, 1))
}
