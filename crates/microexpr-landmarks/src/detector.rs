use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::{FaceBox, LandmarkError};

/// A face that a detector found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// Where: a box as dlib's landmark models expect it.
    pub face: FaceBox,
    /// How sure, in the detector's own unit; more is surer.
    pub score: f64,
}

/// Finds faces in an image.
pub trait FaceDetector {
    /// All faces of the image, in no particular order, in boxes as dlib's landmark models expect them (see
    /// [`SeetaFace`](crate::SeetaFace) for how one detector's boxes are mapped to that). No face is an empty list, not an
    /// error.
    ///
    /// # Errors
    ///
    /// Whatever keeps the detector from looking.
    fn detect(&self, image: &GrayImage) -> Result<Vec<Detection>, LandmarkError>;

    /// The largest face of the image, if there is one: a detector may look for large faces first.
    ///
    /// # Errors
    ///
    /// As [`FaceDetector::detect`].
    fn largest(&self, image: &GrayImage) -> Result<Option<FaceBox>, LandmarkError> {
        Ok(largest_of(&self.detect(image)?))
    }
}

/// The box of the largest of some faces.
pub(crate) fn largest_of(found: &[Detection]) -> Option<FaceBox> {
    found.iter().map(|d| d.face).max_by(|a, b| a.area().total_cmp(&b.area()))
}

/// Which face of an image is meant.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaceChoice {
    /// The largest one that the detector finds.
    #[default]
    #[serde(alias = "Largest")]
    Largest,
    /// The image is a face: its box is the whole frame.
    #[serde(alias = "WholeFrame")]
    WholeFrame,
    /// The face in this box.
    #[serde(alias = "Given")]
    Given(FaceBox),
}

/// The box of the chosen face.
///
/// # Errors
///
/// [`LandmarkError::NoFace`] if the detector finds none, [`LandmarkError::FaceBox`] if the whole frame is thinner than two
/// pixels, and the detector's errors.
pub fn choose_face(
    detector: &dyn FaceDetector,
    image: &GrayImage,
    choice: FaceChoice,
) -> Result<FaceBox, LandmarkError> {
    match choice {
        FaceChoice::Given(face) => Ok(face),
        FaceChoice::WholeFrame => FaceBox::whole_frame(image.width(), image.height()),
        FaceChoice::Largest => detector
            .largest(image)?
            .ok_or(LandmarkError::NoFace { width: image.width(), height: image.height() }),
    }
}
