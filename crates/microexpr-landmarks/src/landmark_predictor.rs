use image::GrayImage;
use microexpr_core::Landmarks;

#[cfg(feature = "face-mesh")]
use crate::FaceMesh;
use crate::landmarker::PointMedian;
use crate::{FaceBox, HeadPose, ShapePredictor};

/// What finds the landmarks of a face in its box.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LandmarkPredictor {
    /// A model in dlib's format.
    Trees(Box<ShapePredictor>),
    /// MediaPipe's attention mesh.
    #[cfg(feature = "face-mesh")]
    Mesh(FaceMesh),
}

/// Points, and what speaks for and against them.
pub(crate) struct Prediction {
    pub(crate) landmarks: Landmarks,
    /// The box that the points were found in at last.
    pub(crate) face: FaceBox,
    /// How far points wander with the box, in inter-ocular distances; `None` if only one box was looked at.
    pub(crate) spread: Option<f64>,
    /// How sure a network is that it sees a face.
    pub(crate) presence: Option<f64>,
    /// How the head is turned, if the model tells.
    pub(crate) pose: Option<HeadPose>,
}

impl LandmarkPredictor {
    /// Number of landmarks that are found.
    #[must_use]
    pub fn landmark_count(&self) -> usize {
        match self {
            Self::Trees(trees) => trees.landmark_count(),
            #[cfg(feature = "face-mesh")]
            Self::Mesh(_) => 68,
        }
    }

    /// The points of the face in a box, `box_jitter` being the shift over which a median is taken.
    pub(crate) fn predict(&self, image: &GrayImage, face: &FaceBox, box_jitter: f64) -> Prediction {
        match self {
            Self::Trees(trees) => PointMedian { trees, image, box_jitter }.steady(face),
            #[cfg(feature = "face-mesh")]
            Self::Mesh(mesh) => {
                let found = mesh.find(image, face);
                Prediction {
                    landmarks: found.ibug68(),
                    pose: Some(found.pose()),
                    face: found.face,
                    spread: Some(found.spread),
                    presence: Some(found.presence),
                }
            }
        }
    }
}

impl From<ShapePredictor> for LandmarkPredictor {
    fn from(trees: ShapePredictor) -> Self {
        Self::Trees(Box::new(trees))
    }
}

#[cfg(feature = "face-mesh")]
impl From<FaceMesh> for LandmarkPredictor {
    fn from(mesh: FaceMesh) -> Self {
        Self::Mesh(mesh)
    }
}
