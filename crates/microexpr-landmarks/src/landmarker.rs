//! From images and clips to landmarks.

mod face_clip;
mod follow;
mod params;

use std::path::Path;

use image::GrayImage;
use microexpr_core::Landmarks;
use serde::{Deserialize, Serialize};

use crate::parallel::{map_in_parallel, threads};
use crate::plane_map::median;
use crate::{
    FaceBox, FaceDetector, LandmarkError, LandmarkModel, SeetaFace, SeetaFaceParams, ShapePredictor,
    choose_face,
};

pub use face_clip::FaceClip;
pub use params::{LandmarkerParams, OnLoss, PointMotion, SAME_FACE_OVERLAP};

/// A face of an image: its box and its points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaceLandmarks {
    /// The face's box.
    #[serde(rename = "box")]
    pub face: FaceBox,
    /// Its landmarks.
    pub landmarks: Landmarks,
}

/// From images and clips to landmarks: a detector, a predictor, and the rules between them.
pub struct FaceLandmarker {
    detector: Box<dyn FaceDetector + Send + Sync>,
    predictor: ShapePredictor,
    params: LandmarkerParams,
}

impl FaceLandmarker {
    /// Joins a detector and a predictor.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::Settings`] if `box_jitter` is not within 0 to 0.5.
    pub fn new(
        detector: Box<dyn FaceDetector + Send + Sync>,
        predictor: ShapePredictor,
        params: LandmarkerParams,
    ) -> Result<Self, LandmarkError> {
        if !(0.0..=0.5).contains(&params.box_jitter) {
            let problem = format!("expected 0 to 0.5, found {}", params.box_jitter);
            return Err(LandmarkError::Settings { setting: "box_jitter", problem });
        }
        Ok(Self { detector, predictor, params })
    }

    /// The default detector and the model that [`LandmarkModel::find`] finds.
    ///
    /// # Errors
    ///
    /// Those of [`LandmarkModel::find`], [`ShapePredictor::open`], [`SeetaFace::new`] and [`FaceLandmarker::new`].
    pub fn open(model: Option<&Path>, params: LandmarkerParams) -> Result<Self, LandmarkError> {
        let predictor = LandmarkModel::find(model)?.open()?;
        Self::new(Box::new(SeetaFace::new(SeetaFaceParams::default())?), predictor, params)
    }

    /// The default detector and the embedded model: needs no file, and is for generated faces only (see
    /// [`ShapePredictor::for_generated_faces`]).
    ///
    /// # Errors
    ///
    /// Those of [`SeetaFace::new`] and [`FaceLandmarker::new`].
    pub fn for_generated_faces(params: LandmarkerParams) -> Result<Self, LandmarkError> {
        let detector = SeetaFace::new(SeetaFaceParams::default())?;
        Self::new(Box::new(detector), ShapePredictor::for_generated_faces(), params)
    }

    /// The settings.
    #[must_use]
    pub fn params(&self) -> &LandmarkerParams {
        &self.params
    }

    /// All faces of an image, the surest first, whatever `face` is set to.
    ///
    /// # Errors
    ///
    /// The detector's errors.
    pub fn faces(&self, image: &GrayImage) -> Result<Vec<FaceLandmarks>, LandmarkError> {
        let mut found = self.detector.detect(image)?;
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(found.into_iter().map(|d| self.points_in(image, &d.face)).collect())
    }

    /// The chosen face of an image (see [`LandmarkerParams::face`]).
    ///
    /// # Errors
    ///
    /// Those of [`choose_face`].
    pub fn face(&self, image: &GrayImage) -> Result<FaceLandmarks, LandmarkError> {
        let face = choose_face(self.detector.as_ref(), image, self.params.face)?;
        Ok(self.points_in(image, &face))
    }

    /// Points of the face in a box: the median over small shifts of the box.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "medians of finite values are finite")]
    pub fn points_in(&self, image: &GrayImage, face: &FaceBox) -> FaceLandmarks {
        let j = self.params.box_jitter;
        if j == 0.0 {
            return FaceLandmarks { face: *face, landmarks: self.predictor.predict(image, face) };
        }
        let shifts = [(-j, 0.0), (j, 0.0), (0.0, -j), (0.0, j)];
        let mut boxes: Vec<FaceBox> = shifts
            .iter()
            .flat_map(|(dx, dy)| [face.adjusted(*dx, *dy, 1.0 - j), face.adjusted(*dx, *dy, 1.0 + j)])
            .collect();
        boxes.push(*face);
        let parts: Vec<&[FaceBox]> = boxes.chunks(boxes.len().div_ceil(threads())).collect();
        let all = map_in_parallel(parts.len(), |i| self.predictor.predict_all(image, parts[i])).concat();
        let points = (0..self.predictor.landmark_count())
            .map(|i| [0, 1].map(|axis| median(all.iter().map(|l| l.points()[i][axis]).collect())))
            .collect();
        let landmarks = Landmarks::new(all[0].scheme(), points).expect("medians of finite values are finite");
        FaceLandmarks { face: *face, landmarks }
    }
}

impl std::fmt::Debug for FaceLandmarker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaceLandmarker").field("params", &self.params).finish_non_exhaustive()
    }
}
