use image::GrayImage;
use microexpr_core::{LandmarkScheme, Landmarks, Point};

use crate::landmark_predictor::Prediction;
use crate::parallel::{map_in_parallel, threads};
use crate::plane_map::{distance, median};
use crate::{FaceBox, ShapePredictor};

/// Points that wander less have found the face; others are looked for again in the box that they themselves give.
const STEADY: f64 = 0.015;
/// How often, at most.
const PASSES: usize = 3;
/// Side of a face's box in inter-ocular distances, for points that are not the 68.
const BOX_SIDE_IOD: f64 = 2.46;

/// The median of a model's points over small shifts of the box.
pub(crate) struct PointMedian<'a> {
    pub(crate) trees: &'a ShapePredictor,
    pub(crate) image: &'a GrayImage,
    /// Shift and growth of the box, as a share of its size; zero looks at one box only.
    pub(crate) box_jitter: f64,
}

impl PointMedian<'_> {
    /// Points that do not wander with the box, if there are any near it.
    pub(crate) fn steady(&self, face: &FaceBox) -> Prediction {
        let mut found = self.in_box(face);
        for _ in 1..PASSES {
            if found.spread.is_none_or(|spread| spread <= STEADY) {
                break;
            }
            let Some(face) = self.trees.box_of(&found.landmarks) else { break };
            found = self.in_box(&face);
        }
        found
    }

    fn in_box(&self, face: &FaceBox) -> Prediction {
        let j = self.box_jitter;
        if j == 0.0 {
            let landmarks = self.trees.predict(self.image, face);
            return Prediction { landmarks, face: *face, spread: None, presence: None, pose: None };
        }
        let shifts = [(-j, 0.0), (j, 0.0), (0.0, -j), (0.0, j)];
        let mut boxes: Vec<FaceBox> = shifts
            .iter()
            .flat_map(|(dx, dy)| [face.adjusted(*dx, *dy, 1.0 - j), face.adjusted(*dx, *dy, 1.0 + j)])
            .collect();
        boxes.push(*face);
        let parts: Vec<&[FaceBox]> = boxes.chunks(boxes.len().div_ceil(threads())).collect();
        let all = map_in_parallel(parts.len(), |i| self.trees.predict_all(self.image, parts[i])).concat();
        let points = (0..self.trees.landmark_count())
            .map(|i| [0, 1].map(|axis| median(all.iter().map(|l| l.points()[i][axis]).collect())))
            .collect();
        let landmarks = Landmarks::new(all[0].scheme(), points).expect("medians of finite values are finite");
        let spread = Some(spread_px(&all, landmarks.points()) / inter_ocular_px(&landmarks, face));
        Prediction { landmarks, face: *face, spread, presence: None, pose: None }
    }
}

/// Median over the points of their median distance from where they are in the middle.
fn spread_px(all: &[Landmarks], middle: &[Point]) -> f64 {
    let wander = |i: usize| median(all.iter().map(|l| distance(l.points()[i], middle[i])).collect());
    median((0..middle.len()).map(wander).collect())
}

fn inter_ocular_px(landmarks: &Landmarks, face: &FaceBox) -> f64 {
    let points = landmarks.points();
    let middle = |range: std::ops::Range<usize>| {
        [0, 1].map(|axis| points[range.clone()].iter().map(|p| p[axis]).sum::<f64>() / range.len() as f64)
    };
    match landmarks.scheme() {
        LandmarkScheme::Ibug68 => distance(middle(36..42), middle(42..48)),
        _ => face.width() / BOX_SIDE_IOD,
    }
}
