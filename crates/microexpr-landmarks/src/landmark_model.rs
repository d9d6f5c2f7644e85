use std::borrow::Cow;
use std::path::{Path, PathBuf};

#[cfg(feature = "face-mesh")]
use crate::{FaceMesh, face_mesh};
use crate::{LANDMARK_MODEL_VARIABLE, LandmarkError, LandmarkPredictor, ShapePredictor, generated_faces};

/// The name that, in place of a file's, means the model for generated faces that this crate carries.
pub const GENERATED_FACES_MODEL: &str = "generated-faces";

/// The name that, in place of a file's, means MediaPipe's attention mesh, which this crate carries.
pub const FACE_MESH_MODEL: &str = "mesh";

/// Where a landmark model comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LandmarkModel {
    /// A file: dlib's format or the compact one.
    File(PathBuf),
    /// The model of [`ShapePredictor::for_generated_faces`]: for generated faces only.
    GeneratedFaces,
    /// The model of [`FaceMesh`](crate::FaceMesh): for any face.
    #[cfg(feature = "face-mesh")]
    FaceMesh,
}

impl LandmarkModel {
    /// The model to use: `explicit`, else what [`LANDMARK_MODEL_VARIABLE`] names, else the mesh.
    ///
    /// Where a file may be named, [`FACE_MESH_MODEL`] and [`GENERATED_FACES_MODEL`] mean the models that the crate carries. Without the
    /// feature `face-mesh` the last resort is what [`find_landmark_model`](crate::find_landmark_model) finds. The model for generated faces is never taken
    /// unasked: on photographs its points mean nothing.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::NoShapePredictor`] without the feature `face-mesh`.
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
        let variable = std::env::var_os(LANDMARK_MODEL_VARIABLE).filter(|v| !v.is_empty());
        match explicit.map(Path::to_owned).or(variable.map(PathBuf::from)) {
            Some(name) => Ok(Self::named(name)),
            None => Self::default_model(),
        }
    }

    fn named(name: PathBuf) -> Self {
        match name.as_os_str() {
            word if word == GENERATED_FACES_MODEL => Self::GeneratedFaces,
            #[cfg(feature = "face-mesh")]
            word if word == FACE_MESH_MODEL => Self::FaceMesh,
            _ => Self::File(name),
        }
    }

    #[cfg(feature = "face-mesh")]
    fn default_model() -> Result<Self, LandmarkError> {
        Ok(Self::FaceMesh)
    }

    #[cfg(not(feature = "face-mesh"))]
    fn default_model() -> Result<Self, LandmarkError> {
        crate::find_landmark_model(None).map(Self::File)
    }

    /// Loads the model.
    ///
    /// # Errors
    ///
    /// Those of [`ShapePredictor::open`].
    pub fn open(&self) -> Result<LandmarkPredictor, LandmarkError> {
        match self {
            Self::File(path) => ShapePredictor::open(path).map(LandmarkPredictor::from),
            Self::GeneratedFaces => Ok(ShapePredictor::for_generated_faces().into()),
            #[cfg(feature = "face-mesh")]
            Self::FaceMesh => Ok(FaceMesh::new().into()),
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
            #[cfg(feature = "face-mesh")]
            Self::FaceMesh => Ok(Cow::Borrowed(face_mesh::MODEL)),
        }
    }
}
