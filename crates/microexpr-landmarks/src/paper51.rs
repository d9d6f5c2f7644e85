use microexpr_core::{LandmarkScheme, Landmarks, OutOfRange, Point};
use serde::{Deserialize, Serialize};

use crate::LandmarkError;
use crate::eyes::{Eyes, require_68};

/// The brow points of the 68-point scheme, left to right in the image.
const BROWS: std::ops::RangeInclusive<usize> = 17..=26;
const POINTS: usize = 51;

/// How the paper's 51 points are made from 68.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Paper51Params {
    /// The 37 points that are kept, by their numbers in the 68-point scheme, in the order of the result.
    pub kept: Vec<usize>,
    /// How far above each of the ten brow points its forehead point lies, in inter-ocular distances.
    pub forehead_lift_iod: f64,
    /// The points beside the mouth: each the midpoint of two of the 68.
    pub mouth_pairs: Vec<[usize; 2]>,
}

impl Default for Paper51Params {
    fn default() -> Self {
        Self {
            kept: (36..=47).chain(BROWS).chain(48..=59).chain([31, 33, 35]).collect(),
            forehead_lift_iod: 0.35,
            mouth_pairs: vec![[31, 48], [35, 54], [59, 7], [55, 9]],
        }
    }
}

/// The 51 points of 2S-AMAGN from the 68 of one frame: those kept, ten on the forehead (each brow point moved by
/// `forehead_lift_iod` inter-ocular distances along the unit normal of the eye line, away from the mouth), four beside the
/// mouth. Points clamp to an image of `(height, width)` pixels.
///
/// Order: eyes (36 to 47), brows (17 to 26), outer mouth (48 to 59), nose (31, 33, 35), forehead (above the brow points in
/// their order), beside the mouth.
///
/// Source: 2S-AMAGN §3.2 (which points, 37 + 10 + 4); where exactly the 14 new ones lie is our choice.
///
/// # Errors
///
/// [`LandmarkError::Scheme`] for anything but 68 points, [`LandmarkError::Setting`] if the settings do not make 51 points
/// or name points beyond 67, [`LandmarkError::DegenerateFace`] if the eyes coincide, [`LandmarkError::PointsCoincide`] if all points
/// do.
pub fn paper51(
    landmarks: &Landmarks,
    (height, width): (usize, usize),
    params: &Paper51Params,
) -> Result<Landmarks, LandmarkError> {
    require_68(landmarks)?;
    check(params)?;
    let all = landmarks.points();
    let eyes = Eyes::of(all, 0)?;
    let up = eyes.up_from(mean(&all[48..60]));
    let lift = params.forehead_lift_iod * eyes.distance_px();
    let kept = params.kept.iter().map(|i| all[*i]);
    let forehead = BROWS.map(|i| [all[i][0] + lift * up[0], all[i][1] + lift * up[1]]);
    let beside = params.mouth_pairs.iter().map(|[a, b]| mean(&[all[*a], all[*b]]));
    let limit = [width.saturating_sub(1) as f64, height.saturating_sub(1) as f64];
    let points =
        kept.chain(forehead).chain(beside).map(|p| [p[0].clamp(0.0, limit[0]), p[1].clamp(0.0, limit[1])]);
    Ok(Landmarks::new(LandmarkScheme::Paper51, points.collect())?)
}

fn check(params: &Paper51Params) -> Result<(), OutOfRange> {
    let count = params.kept.len() + BROWS.count() + params.mouth_pairs.len();
    let fifty_one = "as many numbers as make 51 points with the ten of the forehead";
    OutOfRange::unless(count == POINTS, "kept and mouth_pairs", fifty_one, count)?;
    let last = params.kept.iter().chain(params.mouth_pairs.iter().flatten()).max().copied().unwrap_or(0);
    OutOfRange::unless(last <= 67, "kept and mouth_pairs", "point numbers 0 to 67", last)?;
    let lift = params.forehead_lift_iod;
    OutOfRange::unless(lift.is_finite(), "forehead_lift_iod", "a finite number", lift)
}

fn mean(points: &[Point]) -> Point {
    let sum = points.iter().fold([0.0, 0.0], |s, p| [s[0] + p[0], s[1] + p[1]]);
    [sum[0] / points.len() as f64, sum[1] / points.len() as f64]
}
