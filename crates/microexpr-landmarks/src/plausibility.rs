//! Whether points look like a face's.

use microexpr_core::{LandmarkScheme, OutOfRange, Point};
use serde::{Deserialize, Serialize};

use crate::landmark_predictor::Prediction;

/// From which point on a prediction is not taken for a face's.
///
/// The geometry of the 68 points is checked in any case: eyes, nose and mouth lie in a face's order and at a face's distances, of a
/// turned head, too.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlausibilityParams {
    /// How far a point may wander while the box is shifted a little (a model in dlib's format) or found anew from the points (the mesh):
    /// median over the points, in inter-ocular distances. On 67 faces of dlib's example photographs the mesh's points wandered by 0.018
    /// at most; those of dlib's model by more than 0.03 on three small faces, and on 95 % of 311 pieces without a face.
    pub max_spread: f64,
    /// How sure the mesh must be that it sees a face, `0..=1`. On those faces it was 0.999 sure or more; of the pieces without a face it
    /// was 0.9 sure of two, whose points wandered. MediaPipe asks for 0.5.
    pub min_presence: f64,
}

impl Default for PlausibilityParams {
    fn default() -> Self {
        Self { max_spread: 0.03, min_presence: 0.9 }
    }
}

/// Why points are not taken for a face's.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Implausible {
    /// Points that wander with the box have found nothing in the picture.
    #[error(
        "its points wander by {:.1} % of the inter-ocular distance when the box is shifted a little (at most {:.1} %)",
        100.0 * found, 100.0 * limit
    )]
    Spread {
        /// Median over the points, in inter-ocular distances.
        found: f64,
        /// The limit.
        limit: f64,
    },
    /// The mesh's network does not see a face.
    #[error("the network is {:.0} % sure that it is a face (at least {:.0} %)", 100.0 * found, 100.0 * limit)]
    Presence {
        /// The network's sureness, `0..=1`.
        found: f64,
        /// The limit.
        limit: f64,
    },
    /// Two parts of the face are too near each other, too far apart, or on the wrong side.
    #[error("{part} is {found:.2} of the distance between the eyes (a face has {least} to {most})")]
    Geometry {
        /// Which distance.
        part: &'static str,
        /// The distance over that between the eyes.
        found: f64,
        /// A face's least.
        least: f64,
        /// A face's most.
        most: f64,
    },
    /// The eyes lie in one place.
    #[error("its eyes lie in one place")]
    EyesCoincide,
}

impl PlausibilityParams {
    pub(crate) fn check(&self) -> Result<(), OutOfRange> {
        OutOfRange::unless(self.max_spread > 0.0, "max_spread", "above 0", self.max_spread)?;
        let presence = self.min_presence;
        OutOfRange::unless((0.0..=1.0).contains(&presence), "min_presence", "0 to 1", presence)
    }

    /// Nothing if the points may be a face's. The geometry is judged first: nothing speaks for points that fail there.
    pub(crate) fn judge(&self, found: &Prediction) -> Result<(), Implausible> {
        if found.landmarks.scheme() == LandmarkScheme::Ibug68 {
            geometry(found.landmarks.points())?;
        }
        if let Some(found) = found.presence.filter(|p| *p < self.min_presence) {
            return Err(Implausible::Presence { found, limit: self.min_presence });
        }
        // A spread that is not a number is none to trust.
        match found.spread.filter(|s| s.is_nan() || *s > self.max_spread) {
            Some(found) => Err(Implausible::Spread { found, limit: self.max_spread }),
            None => Ok(()),
        }
    }
}

/// A distance of a face: from the middle between the eyes to the middle of some points, along the eye line or down from it.
struct Proportion {
    part: &'static str,
    points: std::ops::Range<usize>,
    along: Axis,
    least: f64,
    most: f64,
}

#[derive(Clone, Copy)]
enum Axis {
    Eyes,
    Down,
}

/// Wide enough for heads turned by 60°, on which the eyes come together, and for open mouths.
const PROPORTIONS: [Proportion; 6] = [
    Proportion { part: "the mouth below the eyes", points: 48..60, along: Axis::Down, least: 0.5, most: 3.0 },
    Proportion { part: "the nose below the eyes", points: 30..31, along: Axis::Down, least: 0.1, most: 2.0 },
    Proportion { part: "the chin below the eyes", points: 8..9, along: Axis::Down, least: 0.8, most: 5.0 },
    Proportion {
        part: "the brows below the eyes",
        points: 17..27,
        along: Axis::Down,
        least: -1.2,
        most: 0.05,
    },
    Proportion {
        part: "the mouth beside the eyes' middle",
        points: 48..60,
        along: Axis::Eyes,
        least: -1.5,
        most: 1.5,
    },
    Proportion {
        part: "the nose beside the eyes' middle",
        points: 30..31,
        along: Axis::Eyes,
        least: -1.5,
        most: 1.5,
    },
];

fn geometry(points: &[Point]) -> Result<(), Implausible> {
    let (left, right) = (mean(&points[36..42]), mean(&points[42..48]));
    let [dx, dy] = [right[0] - left[0], right[1] - left[1]];
    let iod = dx.hypot(dy);
    if iod < 1.0 {
        return Err(Implausible::EyesCoincide);
    }
    let eyes = [f64::midpoint(left[0], right[0]), f64::midpoint(left[1], right[1])];
    for Proportion { part, points: range, along, least, most } in &PROPORTIONS {
        let place = mean(&points[range.clone()]);
        let [x, y] = [place[0] - eyes[0], place[1] - eyes[1]];
        let found = match along {
            Axis::Eyes => (x * dx + y * dy) / (iod * iod),
            Axis::Down => (y * dx - x * dy) / (iod * iod),
        };
        if !(*least..=*most).contains(&found) {
            return Err(Implausible::Geometry { part, found, least: *least, most: *most });
        }
    }
    Ok(())
}

fn mean(points: &[Point]) -> Point {
    let sum = points.iter().fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
    sum.map(|v| v / points.len() as f64)
}
