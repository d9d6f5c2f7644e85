//! Landmarks by an ensemble of regression trees, in dlib's file format.

mod compact;
mod leaves;
mod model;
mod predict;
mod training;
mod wire;
mod wire_writer;
mod write;

use std::fs::File;
use std::path::Path;

use image::GrayImage;
use microexpr_core::{LandmarkScheme, Landmarks, Point};

use crate::plane_map::{MotionModel, fit};
use crate::{FaceBox, LandmarkError};
use model::Model;
use predict::Reference;
use wire::WireReader;

pub use training::{AnnotatedFace, ShapePredictorTrainer, TrainParams, TrainProgress};

/// How many principal components [`ShapePredictor::to_compact_bytes`] keeps by default.
///
/// On the generated faces' model (68 points) 30 components and one byte each cost less than a hundredth of its error.
pub const COMPACT_COMPONENTS: u8 = 30;

/// Finds the landmarks of a face inside its box, with a model in dlib's format.
///
/// Models come from files ([`ShapePredictor::open`]), from training ([`ShapePredictorTrainer`]), or with the crate
/// ([`ShapePredictor::for_generated_faces`]).
///
/// Source: V. Kazemi, J. Sullivan, "One Millisecond Face Alignment with an Ensemble of Regression Trees", CVPR 2014, as
/// implemented in dlib 19.24. Differs: points keep their fractions of a pixel (see [`round_as_dlib`]).
#[derive(Debug, Clone, PartialEq)]
pub struct ShapePredictor {
    model: Model,
    reference: Reference,
}

impl ShapePredictor {
    /// Reads a model file: dlib's (an unpacked `.dat`) or a compact one. dlib's published 68-point model takes 65 MB of
    /// memory, and no more while it is read.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::ReadFile`], and [`LandmarkError::ShapePredictorFormat`] for a file that is truncated, too long or
    /// not of this format.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LandmarkError> {
        let path = path.as_ref();
        let read = |source| LandmarkError::ReadFile { path: path.to_owned(), source };
        let file = File::open(path).map_err(read)?;
        let length = file.metadata().map_err(read)?.len();
        let mut reader = WireReader::new(file, length, path);
        if compact::is_compact(reader.peek()?) {
            return Self::from_compact(&std::fs::read(path).map_err(read)?, path);
        }
        Self::read(&mut reader)
    }

    /// Reads a model, dlib's or a compact one, from memory.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::ShapePredictorFormat`], see [`ShapePredictor::open`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LandmarkError> {
        let path = Path::new("(memory)");
        if compact::is_compact(bytes) {
            return Self::from_compact(bytes, path);
        }
        Self::read(&mut WireReader::new(bytes, bytes.len() as u64, path))
    }

    /// The model in dlib's format, byte for byte as dlib 19.24 serialises it: dlib reads it, and so does
    /// [`ShapePredictor::open`].
    #[must_use]
    pub fn to_dlib_bytes(&self) -> Vec<u8> {
        write::write(&self.model)
    }

    /// The model in a compact format of our own, about a twentieth of dlib's size: the leaves keep `components` principal
    /// components (all, if the model has fewer coordinates) with one byte each.
    ///
    /// Points differ from the full model's by less than the model errs, see [`COMPACT_COMPONENTS`]. Zero counts as one.
    #[must_use]
    pub fn to_compact_bytes(&self, components: u8) -> Vec<u8> {
        compact::write(&self.model, components.max(1))
    }

    /// The upright box in which the model's mean face would lie where these points lie, by least squares: the box that the model would
    /// have found them in had its detector drawn it. `None` for points that coincide or are not this model's.
    pub(crate) fn box_of(&self, landmarks: &Landmarks) -> Option<FaceBox> {
        let mean: Vec<Point> =
            self.model.initial_shape.chunks_exact(2).map(|p| [f64::from(p[0]), f64::from(p[1])]).collect();
        let points = landmarks.points();
        if points.len() != mean.len() {
            return None;
        }
        let map = fit(&mean, points, &vec![1.0; mean.len()], MotionModel::Similarity)?;
        let side_px = map.scale();
        (side_px.is_finite() && side_px > 0.0).then(|| FaceBox::square(map.apply([0.5, 0.5]), side_px))
    }

    fn read<R: std::io::Read>(reader: &mut WireReader<R>) -> Result<Self, LandmarkError> {
        Ok(Self::from_model(model::read(reader)?))
    }

    fn from_compact(bytes: &[u8], path: &Path) -> Result<Self, LandmarkError> {
        compact::read(bytes).map(Self::from_model).map_err(|(offset, problem)| {
            LandmarkError::ShapePredictorFormat { path: path.to_owned(), offset, problem }
        })
    }

    fn from_model(model: Model) -> Self {
        let reference = Reference::new(&model.initial_shape);
        Self { model, reference }
    }

    /// Number of landmarks the model finds.
    #[must_use]
    pub fn landmark_count(&self) -> usize {
        self.model.initial_shape.len() / 2
    }

    /// Finds the landmarks of the face in `face`. Pixels outside the image count as black, so a box may stick out of it.
    ///
    /// A model of 68 points gives [`LandmarkScheme::Ibug68`], any other [`LandmarkScheme::Custom`].
    #[must_use]
    pub fn predict(&self, image: &GrayImage, face: &FaceBox) -> Landmarks {
        self.predict_all(image, std::slice::from_ref(face)).swap_remove(0)
    }

    /// [`ShapePredictor::predict`] for several boxes of one image: the same points, in less time where the boxes lie near each
    /// other.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "a model's values are bounded when it is read")]
    pub fn predict_all(&self, image: &GrayImage, faces: &[FaceBox]) -> Vec<Landmarks> {
        let shapes = predict::run(&self.model, &self.reference, image, faces);
        let scheme = match self.landmark_count() {
            68 => LandmarkScheme::Ibug68,
            _ => LandmarkScheme::Custom,
        };
        let landmarks = |(shape, face): (Vec<f32>, &FaceBox)| {
            let points = shape.chunks_exact(2).map(|p| predict::to_image(face, p[0], p[1])).collect();
            Landmarks::new(scheme, points).expect("sums of bounded values in a bounded box are finite")
        };
        shapes.into_iter().zip(faces).map(landmarks).collect()
    }
}

/// Landmarks on whole pixels, as dlib's interface gives them: `⌊x + ½⌋`.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "rounding keeps finite values finite")]
pub fn round_as_dlib(landmarks: &Landmarks) -> Landmarks {
    landmarks
        .map(|p| [(p[0] + 0.5).floor(), (p[1] + 0.5).floor()])
        .expect("rounding keeps finite values finite")
}
