//! From images and clips to landmarks.

mod face_clip;
mod follow;
mod params;
mod point_median;

use std::path::Path;

use image::GrayImage;
use microexpr_core::{Landmarks, OutOfRange};
use serde::{Deserialize, Serialize};

#[cfg(feature = "face-mesh")]
use crate::FaceMesh;
use crate::landmark_predictor::Prediction;
use crate::{
    FaceBox, FaceChoice, FaceDetector, HeadPose, Implausible, LandmarkError, LandmarkModel,
    LandmarkPredictor, SeetaFace, SeetaFaceParams, ShapePredictor, choose_face,
};

pub use face_clip::FaceClip;
pub use follow::FollowedFace;
pub use params::{LandmarkerParams, OnLoss, PointMotion, SAME_FACE_OVERLAP};
pub(crate) use point_median::PointMedian;

/// A face of an image: its box and its points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaceLandmarks {
    /// The face's box.
    #[serde(rename = "box")]
    pub face: FaceBox,
    /// Its landmarks.
    pub landmarks: Landmarks,
    /// How the head is turned, if the landmark model tells: the mesh does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pose: Option<HeadPose>,
}

impl From<Prediction> for FaceLandmarks {
    fn from(found: Prediction) -> Self {
        Self { face: found.face, landmarks: found.landmarks, pose: found.pose }
    }
}

/// The faces of an image, and what was taken for one at first.
#[derive(Debug, Default)]
pub struct FoundFaces {
    /// The faces, the surest first.
    pub faces: Vec<FaceLandmarks>,
    /// Detections whose points do not look like a face's ([`LandmarkError::NotAFace`]).
    pub refused: Vec<LandmarkError>,
}

/// From images and clips to landmarks: a detector, a predictor, and the rules between them.
pub struct FaceLandmarker {
    detector: Box<dyn FaceDetector + Send + Sync>,
    predictor: LandmarkPredictor,
    params: LandmarkerParams,
}

impl FaceLandmarker {
    /// Joins a detector and a predictor.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::Setting`] naming the setting that is out of range.
    pub fn new(
        detector: Box<dyn FaceDetector + Send + Sync>,
        predictor: impl Into<LandmarkPredictor>,
        params: LandmarkerParams,
    ) -> Result<Self, LandmarkError> {
        let jitter = params.box_jitter;
        OutOfRange::unless((0.0..=0.5).contains(&jitter), "box_jitter", "0 to 0.5", jitter)?;
        params.plausibility.check()?;
        Ok(Self { detector, predictor: predictor.into(), params })
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

    /// All faces of an image, whatever `face` is set to. Where the detector finds none, the whole image is tried as one.
    ///
    /// # Errors
    ///
    /// The detector's errors. What was found and does not look like a face is no error, but listed.
    pub fn faces(&self, image: &GrayImage) -> Result<FoundFaces, LandmarkError> {
        let mut found = self.detector.detect(image)?;
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut all = FoundFaces::default();
        for detection in &found {
            match self.points_in(image, &detection.face) {
                Ok(face) => all.faces.push(face),
                Err(refused) => all.refused.push(refused),
            }
        }
        if found.is_empty() {
            all.faces.extend(self.whole_image(image));
        }
        Ok(all)
    }

    /// The chosen face of an image (see [`LandmarkerParams::face`]). Of the largest face the image is tried as a whole where the
    /// detector finds none, or none that looks like a face: faces that fill an image may be more than it can see.
    ///
    /// # Errors
    ///
    /// Those of [`choose_face`], and [`LandmarkError::NotAFace`].
    pub fn face(&self, image: &GrayImage) -> Result<FaceLandmarks, LandmarkError> {
        let found = choose_face(self.detector.as_ref(), image, self.params.face)
            .and_then(|face| self.points_in(image, &face));
        let refused = matches!(found, Err(LandmarkError::NoFace { .. } | LandmarkError::NotAFace { .. }));
        if refused && self.params.face == FaceChoice::Largest {
            return self.whole_image(image).map_or(found, Ok);
        }
        found
    }

    /// Points of the face in a box: those of a model in dlib's format are the median over small shifts of the box. Where they wander
    /// with it, the box is found anew from them.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::NotAFace`] for points that do not look like a face's, by [`LandmarkerParams::plausibility`].
    pub fn points_in(&self, image: &GrayImage, face: &FaceBox) -> Result<FaceLandmarks, LandmarkError> {
        let found = self.predictor.predict(image, face, self.params.box_jitter);
        match self.params.plausibility.judge(&found) {
            Err(Implausible::Spread { .. }) if self.mesh_sees_a_face(image, &found) => {}
            Err(reason) => return Err(LandmarkError::NotAFace { face: *face, reason }),
            Ok(()) => {}
        }
        Ok(found.into())
    }

    /// A second opinion on points that wander with the box: small or blurred faces have such points, too.
    #[cfg(feature = "face-mesh")]
    fn mesh_sees_a_face(&self, image: &GrayImage, found: &Prediction) -> bool {
        let LandmarkPredictor::Trees(_) = self.predictor else { return false };
        let seen = FaceMesh::new().find(image, &found.face);
        let there = seen.face.intersection_over_union(&found.face) >= SAME_FACE_OVERLAP;
        there && seen.presence >= self.params.plausibility.min_presence
    }

    /// Without the mesh there is no second opinion.
    #[cfg(not(feature = "face-mesh"))]
    fn mesh_sees_a_face(&self, _: &GrayImage, _: &Prediction) -> bool {
        false
    }

    /// The face that an image is as a whole, if it is one.
    fn whole_image(&self, image: &GrayImage) -> Option<FaceLandmarks> {
        let whole = FaceBox::whole_frame(image.width(), image.height()).ok()?;
        let found = self.predictor.predict(image, &whole, self.params.box_jitter);
        // A face that is only a part of the image is not what was looked for: the detector would have found it.
        let fills_it = found.face.intersection_over_union(&whole) >= SAME_FACE_OVERLAP;
        // No detector speaks for this face: points that do not wander are not enough where there is a second opinion.
        let another =
            found.presence.is_some() || !cfg!(feature = "face-mesh") || self.mesh_sees_a_face(image, &found);
        let looks_like_a_face = self.params.plausibility.judge(&found).is_ok();
        (fills_it && looks_like_a_face && another).then(|| found.into())
    }

    /// The chosen face's box: of the largest one that looks like a face, the detector's if none does.
    fn chosen_box(&self, image: &GrayImage) -> Result<FaceBox, LandmarkError> {
        let found = choose_face(self.detector.as_ref(), image, self.params.face);
        let looks_like_a_face =
            |found: &Result<FaceBox, _>| found.as_ref().is_ok_and(|face| self.points_in(image, face).is_ok());
        if self.params.face != FaceChoice::Largest || looks_like_a_face(&found) {
            return found;
        }
        self.whole_image(image).map_or(found, |whole| Ok(whole.face))
    }
}

impl std::fmt::Debug for FaceLandmarker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaceLandmarker").field("params", &self.params).finish_non_exhaustive()
    }
}
