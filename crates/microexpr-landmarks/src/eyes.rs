use microexpr_core::{LandmarkScheme, Landmarks, Point};

use crate::LandmarkError;

/// Below this no face can be measured.
const LEAST_DISTANCE_PX: f64 = 1.0;

/// The eye centres of 68 points: the face's own scale and upright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Eyes {
    left: Point,
    right: Point,
}

impl Eyes {
    /// Means of points 36 to 41 and 42 to 47.
    pub(crate) fn of(points: &[Point], frame: usize) -> Result<Self, LandmarkError> {
        refuse_coinciding(points, frame)?;
        let mean = |range: std::ops::Range<usize>| {
            let sum = points[range].iter().fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
            [sum[0] / 6.0, sum[1] / 6.0]
        };
        let eyes = Self { left: mean(36..42), right: mean(42..48) };
        let distance_px = eyes.distance_px();
        if distance_px < LEAST_DISTANCE_PX {
            return Err(LandmarkError::DegenerateFace { frame, distance_px });
        }
        Ok(eyes)
    }

    /// Inter-ocular distance.
    pub(crate) fn distance_px(&self) -> f64 {
        (self.right[0] - self.left[0]).hypot(self.right[1] - self.left[1])
    }

    pub(crate) fn middle(&self) -> Point {
        [f64::midpoint(self.left[0], self.right[0]), f64::midpoint(self.left[1], self.right[1])]
    }

    /// Unit vector along the eye line.
    pub(crate) fn along(&self) -> Point {
        let d = self.distance_px();
        [(self.right[0] - self.left[0]) / d, (self.right[1] - self.left[1]) / d]
    }

    /// Unit normal of the eye line that points away from `below`.
    pub(crate) fn up_from(&self, below: Point) -> Point {
        let [x, y] = self.along();
        let middle = self.middle();
        let side = y * (below[0] - middle[0]) - x * (below[1] - middle[1]);
        if side > 0.0 { [-y, x] } else { [y, -x] }
    }
}

/// Points that all lie in one place are no face's: some programs write a lost face like that.
pub(crate) fn refuse_coinciding(points: &[Point], frame: usize) -> Result<(), LandmarkError> {
    match points {
        [first, others @ ..] if !others.is_empty() && others.iter().all(|p| p == first) => {
            Err(LandmarkError::PointsCoincide { frame, points: points.len() })
        }
        _ => Ok(()),
    }
}

pub(crate) fn require_68(landmarks: &Landmarks) -> Result<(), LandmarkError> {
    match landmarks.scheme() {
        LandmarkScheme::Ibug68 => Ok(()),
        scheme => Err(LandmarkError::Scheme { scheme, found: landmarks.points().len() }),
    }
}
