//! Node features of the first stream: where the landmarks are.

use std::ops::Range;

use microexpr_core::{LandmarkScheme, Landmarks, Point};
use serde::{Deserialize, Serialize};

use crate::blinks::{HiddenEyes, eyes};
use crate::template::TEMPLATE_51;
use crate::{MotionAxes, Trend};

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
    /// A caricature: the position on the canonical face ([`TEMPLATE_51`](crate::TEMPLATE_51); on the first frame's, normalised, for
    /// other schemes) plus `factor` times the displacement since the first frame. Says which landmark it is, and where it went.
    Exaggerated {
        /// How many times larger a motion is shown; at 30 a micro-expression moves a landmark as far as its
        /// neighbour.
        factor: u16,
        /// What an inter-ocular distance is worth; a small network tells places apart whose values differ by about 1.
        inter_ocular: u16,
    },
}

impl PositionFeature {
    /// The feature of every landmark, frame after frame; the first frame and `(height, width)` are the
    /// reference; `trend` is taken from what is measured from the first frame, `hidden` landmarks have not moved, and `axes`
    /// turn displacements.
    pub(crate) fn of(
        self,
        frames: &[Landmarks],
        (height, width): (usize, usize),
        trend: Trend,
        hidden: &HiddenEyes,
        axes: MotionAxes,
    ) -> Vec<f32> {
        let Some(first) = frames.first() else { return Vec::new() };
        let (centroid, scale) = (first.centroid(), scale(first));
        let displacements = |unit: f64| {
            let mut features = displacements(frames, unit, trend, hidden);
            hidden.clear(&mut features, first.points().len(), 2);
            features
        };
        match self {
            Self::Normalised => rows(frames, |p, _, axis| (p[axis] - centroid[axis]) / scale),
            Self::Pixels => rows(frames, |p, _, axis| p[axis]),
            Self::FrameFraction => rows(frames, |p, _, axis| p[axis] / [width, height][axis] as f64),
            Self::Displacement => turned(displacements(1.0), frames, axes),
            Self::RelativeDisplacement => turned(displacements(1000.0 / scale), frames, axes),
            Self::Exaggerated { factor, inter_ocular } => {
                let unit = f64::from(inter_ocular);
                let mut features = displacements(unit * f64::from(factor) / scale);
                let places = places(first, centroid, scale);
                for frame in features.chunks_exact_mut(places.len()) {
                    frame.iter_mut().zip(&places).for_each(|(value, place)| *value += unit as f32 * place);
                }
                features
            }
        }
    }
}

/// `value(point, first point, axis)` of every landmark, frame after frame.
fn rows(frames: &[Landmarks], value: impl Fn(&Point, &Point, usize) -> f64) -> Vec<f32> {
    let landmarks = |frame| Landmarks::points(frame).iter().zip(frames[0].points());
    let row = |(p, start)| [value(p, start, 0) as f32, value(p, start, 1) as f32];
    frames.iter().flat_map(landmarks).flat_map(row).collect()
}

/// `scale` times the way of every landmark since the first frame, without the trend of those that are not hidden.
pub(crate) fn displacements(frames: &[Landmarks], scale: f64, trend: Trend, hidden: &HiddenEyes) -> Vec<f32> {
    let mut features = rows(frames, |p, start, axis| scale * (p[axis] - start[axis]));
    trend.apply(&frames[0], &mut features, hidden);
    features
}

fn turned(mut displacements: Vec<f32>, frames: &[Landmarks], axes: MotionAxes) -> Vec<f32> {
    axes.apply_to_displacements(&frames[0], &mut displacements);
    displacements
}

/// Where the landmarks are on the canonical face, x and y in turns.
fn places(first: &Landmarks, centroid: Point, scale: f64) -> Vec<f32> {
    let place = |axis: usize, p: &Point| ((p[axis] - centroid[axis]) / scale) as f32;
    match first.scheme() {
        LandmarkScheme::Paper51 => TEMPLATE_51.iter().flatten().map(|c| *c as f32).collect(),
        _ => first.points().iter().flat_map(|p| [place(0, p), place(1, p)]).collect(),
    }
}

/// Inter-ocular distance (between the eyes' mean points) or the points' spread; 1 for points that coincide.
pub(crate) fn scale(face: &Landmarks) -> f64 {
    let scale = match eyes(face.scheme()) {
        Some([left, right]) => inter_ocular(face.points(), left, right),
        None => {
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
