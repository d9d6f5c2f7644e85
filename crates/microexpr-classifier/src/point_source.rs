use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use microexpr_core::{Clip, ImageSequence, Landmarks};
use microexpr_landmarks::{
    FaceLandmarker, LandmarkModel, LandmarkerParams, PointMotion, SeetaFace, SeetaFaceParams, read_landmarks,
    track,
};
use sha2::{Digest, Sha256};

use crate::{ClassifierError, LandmarkSource, PipelineSettings};

/// Names of the landmark files beside a clip's frames; the first that exists counts.
const FILES: [&str; 2] = ["landmarks.csv", "landmarks.json"];

/// Gives the 68 points of every frame of a clip.
#[derive(Debug)]
pub(crate) enum PointSource {
    /// A shape predictor on the face that a detector finds.
    Model { landmarker: Box<FaceLandmarker>, model: LandmarkModel, digest: OnceLock<String> },
    /// Files beside the frames.
    Files { params: LandmarkerParams },
}

impl PointSource {
    /// Loads the model and the detector, if the settings ask for them.
    pub(crate) fn open(settings: &PipelineSettings) -> Result<Self, ClassifierError> {
        let mut params = settings.landmarker.clone();
        if settings.points_are_followed_anew() {
            params.track = params.track.rough();
        }
        match &settings.landmarks {
            LandmarkSource::Files => Ok(Self::Files { params }),
            LandmarkSource::Model { path } => {
                let model = LandmarkModel::find(path.as_deref())?;
                let detector = Box::new(SeetaFace::new(SeetaFaceParams::default())?);
                let landmarker = Box::new(FaceLandmarker::new(detector, model.open()?, params)?);
                Ok(Self::Model { landmarker, model, digest: OnceLock::new() })
            }
        }
    }

    /// What makes two sources different: the content of the model, read when first asked for.
    pub(crate) fn digest(&self) -> Result<&str, ClassifierError> {
        match self {
            Self::Model { model, digest, .. } => match digest.get() {
                Some(known) => Ok(known),
                None => {
                    let read = hexadecimal(&model.bytes()?);
                    Ok(digest.get_or_init(|| read))
                }
            },
            Self::Files { .. } => Ok("files"),
        }
    }

    /// The frames, cropped to the face's surroundings where that saves memory, and the points in them.
    pub(crate) fn follow(
        &self,
        frames: &ImageSequence,
        fps: f64,
    ) -> Result<(Clip, Vec<Landmarks>), ClassifierError> {
        match self {
            Self::Model { landmarker, .. } => {
                let face = landmarker.read(frames, fps)?;
                let points = landmarker.follow(&face.clip, &face.face)?;
                Ok((face.clip, points))
            }
            Self::Files { params } => {
                let path = landmark_file(frames)?;
                let mut points = read_landmarks(&path)?;
                if points.len() != frames.len() {
                    let (expected, found) = (frames.len(), points.len());
                    return Err(ClassifierError::LandmarkFrames { path, expected, found });
                }
                let clip = frames.to_clip(fps)?;
                if params.motion == PointMotion::Tracked {
                    points = track(&clip, &points[0], &params.track)?;
                }
                Ok((clip, points))
            }
        }
    }

    /// The landmark file of a clip, if points come from files.
    pub(crate) fn file_beside(&self, frames: &ImageSequence) -> Result<Option<PathBuf>, ClassifierError> {
        match self {
            Self::Model { .. } => Ok(None),
            Self::Files { .. } => landmark_file(frames).map(Some),
        }
    }
}

fn landmark_file(frames: &ImageSequence) -> Result<PathBuf, ClassifierError> {
    let folder = frames.paths()[0].parent().unwrap_or(Path::new("."));
    FILES
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.is_file())
        .ok_or_else(|| ClassifierError::NoLandmarkFile { folder: folder.to_owned() })
}

/// SHA-256 of a file's content.
fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
