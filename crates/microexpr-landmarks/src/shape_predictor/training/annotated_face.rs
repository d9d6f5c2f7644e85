use image::GrayImage;
use microexpr_core::Point;

use crate::{FaceBox, LandmarkError};

/// A face to train on.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnotatedFace<'a> {
    /// The image, grey as the predictor will see it (see [`grey_as_dlib`](crate::grey_as_dlib)).
    pub image: &'a GrayImage,
    /// The face's box, as the detector gives it that will be used with the model.
    pub face: FaceBox,
    /// The landmarks in pixels; `None` where one is not annotated.
    pub points: Vec<Option<Point>>,
}

impl AnnotatedFace<'_> {
    /// The landmarks in box coordinates, `x0, y0, x1, y1, …`; NaN where there is none.
    pub(super) fn target(&self) -> Vec<f32> {
        let in_box = |p: &Option<Point>| {
            p.map_or([f32::NAN; 2], |[x, y]| {
                let (x, y) = (x - self.face.left(), y - self.face.top());
                [(x / self.face.width()) as f32, (y / self.face.height()) as f32]
            })
        };
        self.points.iter().flat_map(in_box).collect()
    }
}

/// Boxes beyond which a landmark cannot be meant.
const LARGEST: f64 = 1000.0;

/// Every face has the same number of finite points, and every point is annotated on some face.
pub(super) fn check(faces: &[AnnotatedFace<'_>]) -> Result<(), LandmarkError> {
    let refuse = |problem: String| Err(LandmarkError::TrainingSet { problem });
    let [first, _, ..] = faces else {
        return refuse(format!("expected at least two faces, found {}", faces.len()));
    };
    let count = first.points.len();
    if !(1..=super::super::model::MOST_LANDMARKS).contains(&count) {
        return refuse(format!("expected 1 to 1000 points per face, found {count}"));
    }
    for (index, face) in faces.iter().enumerate() {
        if face.points.len() != count {
            let found = face.points.len();
            return refuse(format!("expected {count} points as on face 0, found {found} on face {index}"));
        }
        let near = |p: &[f64; 2]| {
            let (x, y) = (p[0] - face.face.left(), p[1] - face.face.top());
            x.abs() <= LARGEST * face.face.width() && y.abs() <= LARGEST * face.face.height()
        };
        if let Some(point) = face.points.iter().position(|p| p.is_some_and(|p| !near(&p))) {
            return refuse(format!("point {point} of face {index} is not finite or far from its box"));
        }
    }
    match (0..count).find(|i| faces.iter().all(|f| f.points[*i].is_none())) {
        Some(point) => refuse(format!("no face has point {point}")),
        None => Ok(()),
    }
}
