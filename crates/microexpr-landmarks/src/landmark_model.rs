use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::{LandmarkError, ShapePredictor, find_landmark_model, generated_faces};

/// The name that, in place of a file's, means the model for generated faces that this crate carries.
pub const GENERATED_FACES_MODEL: &str = "generated-faces";

/// Where a landmark model comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LandmarkModel {
    /// A file: dlib's format or the compact one.
    File(PathBuf),
    /// The model of [`ShapePredictor::for_generated_faces`]: for generated faces only.
    GeneratedFaces,
}

impl LandmarkModel {
    /// The model to use, by [`find_landmark_model`]; where a file may be named, by the caller or by the environment
    /// variable, [`GENERATED_FACES_MODEL`] means the embedded one. It is never taken unasked: on photographs its points
    /// mean nothing.
    ///
    /// # Errors
    ///
    /// Those of [`find_landmark_model`].
    ///
    /// # Example
    ///
    /// ```
    /// use microexpr_landmarks::{GENERATED_FACES_MODEL, LandmarkModel};
    ///
    /// let model = LandmarkModel::find(Some(GENERATED_FACES_MODEL.as_ref()))?;
    /// assert_eq!(model, LandmarkModel::GeneratedFaces);
    /// assert_eq!(model.open()?.landmark_count(), 68);
    /// # Ok::<(), microexpr_landmarks::LandmarkError>(())
    /// ```
    pub fn find(explicit: Option<&Path>) -> Result<Self, LandmarkError> {
        let path = find_landmark_model(explicit)?;
        let embedded = path.as_os_str() == GENERATED_FACES_MODEL;
        Ok(if embedded { Self::GeneratedFaces } else { Self::File(path) })
    }

    /// Loads the model.
    ///
    /// # Errors
    ///
    /// Those of [`ShapePredictor::open`].
    pub fn open(&self) -> Result<ShapePredictor, LandmarkError> {
        match self {
            Self::File(path) => ShapePredictor::open(path),
            Self::GeneratedFaces => Ok(ShapePredictor::for_generated_faces()),
        }
    }

    /// The model's bytes, for telling models apart.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::ReadFile`].
    pub fn bytes(&self) -> Result<Cow<'static, [u8]>, LandmarkError> {
        match self {
            Self::File(path) => std::fs::read(path)
                .map(Cow::Owned)
                .map_err(|source| LandmarkError::ReadFile { path: path.clone(), source }),
            Self::GeneratedFaces => Ok(Cow::Borrowed(generated_faces::BYTES)),
        }
    }
}
