//! Landmarks by an ensemble of regression trees, in dlib's file format.

mod model;
mod predict;
mod wire;

use std::fs::File;
use std::path::Path;

use image::GrayImage;
use microexpr_core::{LandmarkScheme, Landmarks};

use crate::{FaceBox, LandmarkError};
use model::Model;
use predict::Reference;
use wire::WireReader;

/// Finds the landmarks of a face inside its box, with a model in dlib's format.
///
/// Source: V. Kazemi, J. Sullivan, "One Millisecond Face Alignment with an Ensemble of Regression Trees", CVPR 2014, as
/// implemented in dlib 19.24. Differs: points keep their fractions of a pixel (see [`round_as_dlib`]).
#[derive(Debug, Clone, PartialEq)]
pub struct ShapePredictor {
    model: Model,
    reference: Reference,
}

impl ShapePredictor {
    /// Reads a model file (unpacked `.dat`). The published 68-point model takes 65 MB of memory, and no more while it is
    /// read.
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
        Self::read(&mut WireReader::new(file, length, path))
    }

    /// Reads a model from memory.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::ShapePredictorFormat`], see [`ShapePredictor::open`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LandmarkError> {
        Self::read(&mut WireReader::new(bytes, bytes.len() as u64, Path::new("(memory)")))
    }

    fn read<R: std::io::Read>(reader: &mut WireReader<R>) -> Result<Self, LandmarkError> {
        let model = model::read(reader)?;
        let reference = Reference::new(&model.initial_shape);
        Ok(Self { model, reference })
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
    #[expect(clippy::missing_panics_doc, reason = "a model's values are bounded when it is read")]
    pub fn predict(&self, image: &GrayImage, face: &FaceBox) -> Landmarks {
        let shape = predict::run(&self.model, &self.reference, image, face);
        let points = shape.chunks_exact(2).map(|p| predict::to_image(face, p[0], p[1])).collect();
        let scheme = match self.landmark_count() {
            68 => LandmarkScheme::Ibug68,
            _ => LandmarkScheme::Custom,
        };
        Landmarks::new(scheme, points).expect("sums of bounded values in a bounded box are finite")
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
