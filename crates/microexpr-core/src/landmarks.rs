use serde::{Deserialize, Serialize};

use crate::CoreError;

/// A position `[x, y]` in pixels; `[0.0, 0.0]` is the centre of the first pixel.
pub type Point = [f64; 2];

/// Which points a [`Landmarks`] value holds, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LandmarkScheme {
    /// The 68 points of the iBUG 300-W annotation, as dlib's published model gives them.
    #[serde(alias = "Ibug68")]
    Ibug68,
    /// The 51 points of 2S-AMAGN §3.2: 37 of the 68, ten on the forehead, four beside the mouth.
    #[serde(alias = "Paper51")]
    Paper51,
    /// Any other set of points.
    #[serde(alias = "Custom")]
    Custom,
}

impl LandmarkScheme {
    /// Number of points of the scheme, `None` if it is free.
    #[must_use]
    pub fn point_count(self) -> Option<usize> {
        match self {
            Self::Ibug68 => Some(68),
            Self::Paper51 => Some(51),
            Self::Custom => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Ibug68 => "the 68-point scheme",
            Self::Paper51 => "the 51-point scheme",
            Self::Custom => "a custom scheme",
        }
    }
}

/// Facial points of one frame, all finite, in the order of their scheme. Serialised ones are checked when they are read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Landmarks {
    scheme: LandmarkScheme,
    points: Vec<Point>,
}

/// Points as they are written.
#[derive(Deserialize)]
#[serde(rename = "Landmarks")]
struct Unchecked {
    scheme: LandmarkScheme,
    points: Vec<Point>,
}

impl TryFrom<Unchecked> for Landmarks {
    type Error = CoreError;

    fn try_from(Unchecked { scheme, points }: Unchecked) -> Result<Self, CoreError> {
        Self::new(scheme, points)
    }
}

impl Landmarks {
    /// Takes the points of a scheme, `[x, y]` in pixels.
    ///
    /// # Errors
    ///
    /// [`CoreError::PointCount`] if the scheme has another number of points, [`CoreError::PointNotFinite`] for NaN or
    /// infinite coordinates.
    pub fn new(scheme: LandmarkScheme, points: Vec<Point>) -> Result<Self, CoreError> {
        if let Some(expected) = scheme.point_count().filter(|n| *n != points.len()) {
            return Err(CoreError::PointCount { scheme: scheme.name(), expected, found: points.len() });
        }
        if let Some(index) = points.iter().position(|p| !(p[0].is_finite() && p[1].is_finite())) {
            return Err(CoreError::PointNotFinite { index });
        }
        Ok(Self { scheme, points })
    }

    /// The scheme of the points.
    #[must_use]
    pub fn scheme(&self) -> LandmarkScheme {
        self.scheme
    }

    /// The points `[x, y]` in pixels.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The arithmetic mean of the points; `[0, 0]` if there are none.
    #[must_use]
    pub fn centroid(&self) -> Point {
        let n = self.points.len().max(1) as f64;
        let sum = self.points.iter().fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
        [sum[0] / n, sum[1] / n]
    }

    /// The same points moved one by one, in the same scheme.
    ///
    /// # Errors
    ///
    /// [`CoreError::PointNotFinite`] if `f` returns NaN or infinite coordinates.
    pub fn map(&self, f: impl FnMut(&Point) -> Point) -> Result<Self, CoreError> {
        Self::new(self.scheme, self.points.iter().map(f).collect())
    }
}
