use microexpr_core::{LandmarkScheme, Landmarks, Point};
use serde::{Deserialize, Serialize};

use crate::SpotError;

/// A part of the face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FacePart {
    /// Forehead above the brows.
    Forehead,
    /// Both brows.
    Brows,
    /// Corners of the eyes: still but for lids that pull at them.
    EyeCorners,
    /// Upper lids: they tell blinks.
    UpperLids,
    /// Lower lids.
    LowerLids,
    /// Bridge, tip and wings of the nose.
    Nose,
    /// Both cheeks.
    Cheeks,
    /// Lips and their corners.
    Mouth,
    /// Chin.
    Chin,
    /// Temples, beside the eyes.
    Temples,
}

impl FacePart {
    /// All parts, from the top of the face down.
    pub const ALL: [Self; 10] = [
        Self::Forehead,
        Self::Brows,
        Self::Temples,
        Self::UpperLids,
        Self::EyeCorners,
        Self::LowerLids,
        Self::Nose,
        Self::Cheeks,
        Self::Mouth,
        Self::Chin,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Forehead => "forehead",
            Self::Brows => "brows",
            Self::EyeCorners => "eye corners",
            Self::UpperLids => "upper lids",
            Self::LowerLids => "lower lids",
            Self::Nose => "nose",
            Self::Cheeks => "cheeks",
            Self::Mouth => "mouth",
            Self::Chin => "chin",
            Self::Temples => "temples",
        }
    }

    /// Whether a blink moves it.
    #[must_use]
    pub fn blinks(self) -> bool {
        matches!(self, Self::EyeCorners | Self::UpperLids | Self::LowerLids)
    }

    /// How much it tells of the head's motion, before its own motion is known: `0..=1`.
    pub(crate) fn stillness(self, wing: Wing) -> f64 {
        match (self, wing) {
            (Self::UpperLids | Self::LowerLids, _) => 0.0,
            (Self::Nose, Wing::Yes) => 0.25,
            (Self::Forehead | Self::Nose | Self::Temples, _) => 1.0,
            (Self::EyeCorners, _) => 0.5,
            _ => 0.25,
        }
    }
}

/// Whether a region of the nose is one of its wings, which move with the mouth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wing {
    Yes,
    No,
}

/// A small region of the face that is followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaceRegion {
    /// The part of the face that it belongs to.
    pub part: FacePart,
    /// Its middle `[x, y]` in pixels.
    pub middle: Point,
    pub(crate) stillness: f64,
    pub(crate) trust: Trust,
}

/// When what a region does may be an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// At any time.
    Always,
    /// Away from blinks: it moves with the lids, or its window holds a part of them.
    AwayFromBlinks,
    /// Never: it tells blinks.
    Never,
}

/// The lids move what lies within this many inter-ocular distances of the eye's contour: half the side of a region's window, and the way of
/// a lid.
const LIDS_REACH_IOD: f64 = 0.2;

impl Trust {
    fn of(part: FacePart, from_eye_iod: f64) -> Self {
        match part {
            FacePart::UpperLids | FacePart::LowerLids => Self::Never,
            other if other.blinks() || from_eye_iod < LIDS_REACH_IOD => Self::AwayFromBlinks,
            _ => Self::Always,
        }
    }

    /// Whether it may be near a blink (`true`) or away from one.
    pub(crate) fn holds(self, near_blink: bool) -> bool {
        match self {
            Self::Always => true,
            Self::AwayFromBlinks => !near_blink,
            Self::Never => false,
        }
    }
}

/// The regions of a face, placed by its landmarks.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceRegions {
    regions: Vec<FaceRegion>,
    inter_ocular_px: f64,
}

/// Eyes nearer than this hold no regions that could be followed.
const SMALLEST_FACE_PX: f64 = 12.0;

impl FaceRegions {
    /// Places 39 regions by the 68 points of iBUG 300-W: brows, forehead, nose, cheeks, mouth, chin, temples, eye corners, lids.
    ///
    /// # Errors
    ///
    /// [`SpotError::Landmarks`] for another scheme, [`SpotError::NoFace`] for eyes less than 12 px apart.
    pub fn of_landmarks(landmarks: &Landmarks) -> Result<Self, SpotError> {
        let points = landmarks.points();
        if landmarks.scheme() != LandmarkScheme::Ibug68 {
            return Err(SpotError::Landmarks { found: points.len() });
        }
        let eyes = [mean(&points[36..42]), mean(&points[42..48])];
        let across = [eyes[1][0] - eyes[0][0], eyes[1][1] - eyes[0][1]];
        let distance_px = across[0].hypot(across[1]);
        if distance_px < SMALLEST_FACE_PX {
            return Err(SpotError::NoFace { distance_px });
        }
        let axes = Axes { across, down: [-across[1], across[0]] };
        Ok(Self { regions: layout(points, eyes, &axes), inter_ocular_px: distance_px })
    }

    /// The regions.
    #[must_use]
    pub fn regions(&self) -> &[FaceRegion] {
        &self.regions
    }

    /// Distance of the eyes' middles in pixels: the unit of all strengths.
    #[must_use]
    pub fn inter_ocular_px(&self) -> f64 {
        self.inter_ocular_px
    }
}

/// Directions of the face, one inter-ocular distance long.
struct Axes {
    across: Point,
    down: Point,
}

impl Axes {
    fn from(&self, origin: Point, across: f64, down: f64) -> Point {
        [0, 1].map(|axis| origin[axis] + across * self.across[axis] + down * self.down[axis])
    }
}

fn mean(points: &[Point]) -> Point {
    let n = points.len() as f64;
    [0, 1].map(|axis| points.iter().map(|p| p[axis]).sum::<f64>() / n)
}

fn distance(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn layout(p: &[Point], [left, right]: [Point; 2], axes: &Axes) -> Vec<FaceRegion> {
    use FacePart::{Brows, Cheeks, Chin, EyeCorners, Forehead, LowerLids, Mouth, Nose, Temples, UpperLids};
    let mut regions = Vec::new();
    let inter_ocular = distance(left, right);
    let from_eye = |middle: Point| {
        let to_contour = p[36..48].iter().map(|point| distance(*point, middle));
        to_contour.fold(f64::INFINITY, f64::min) / inter_ocular
    };
    let mut place = |part: FacePart, wing: Wing, middles: &[Point]| {
        let stillness = part.stillness(wing);
        let region = |middle: &Point| FaceRegion {
            part,
            middle: *middle,
            stillness,
            trust: Trust::of(part, from_eye(*middle)),
        };
        regions.extend(middles.iter().map(region));
    };
    place(Brows, Wing::No, &[18, 19, 21, 22, 24, 25].map(|i| p[i]));
    let between = mean(&[p[21], p[22]]);
    let forehead =
        [axes.from(p[19], 0.0, -0.28), axes.from(p[24], 0.0, -0.28), axes.from(between, 0.0, -0.25)];
    place(Forehead, Wing::No, &forehead);
    place(Nose, Wing::No, &p[27..31]);
    place(Nose, Wing::Yes, &[p[31], p[35]]);
    place(EyeCorners, Wing::No, &[36, 45, 39, 42].map(|i| p[i]));
    let cheeks = [
        axes.from(left, 0.0, 0.33),
        axes.from(right, 0.0, 0.33),
        axes.from(left, -0.08, 0.62),
        axes.from(right, 0.08, 0.62),
    ];
    place(Cheeks, Wing::No, &cheeks);
    place(Mouth, Wing::No, &[48, 54, 50, 52, 51, 57, 58, 56].map(|i| p[i]));
    place(Chin, Wing::No, &[mean(&[p[57], p[8]]), axes.from(p[8], 0.0, -0.1)]);
    place(Temples, Wing::No, &[axes.from(p[36], -0.25, 0.0), axes.from(p[45], 0.25, 0.0)]);
    place(UpperLids, Wing::No, &[mean(&p[37..39]), mean(&p[43..45])]);
    place(LowerLids, Wing::No, &[mean(&p[40..42]), mean(&p[46..48])]);
    regions
}
