use std::sync::OnceLock;

use microexpr_core::{Clip, Digest, GreyFrames, ImageSequence, Landmarks};
use microexpr_landmarks::{
    FaceLandmarker, FollowedFace, LandmarkModel, LandmarkerParams, PointMotion, SeetaFace, SeetaFaceParams,
    grey_from_frame, track,
};

use crate::landmark_files::{self, complete, landmarks_beside};
use crate::{LandmarkSource, PipelineError, PipelineSettings};

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
    pub(crate) fn open(settings: &PipelineSettings) -> Result<Self, PipelineError> {
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
    pub(crate) fn digest(&self) -> Result<&str, PipelineError> {
        match self {
            Self::Model { model, digest, .. } => match digest.get() {
                Some(known) => Ok(known),
                None => {
                    let read = Digest::of(&model.bytes()?).to_string();
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
    ) -> Result<(Box<dyn GreyFrames>, FollowedFace), PipelineError> {
        match self {
            Self::Model { landmarker, .. } => {
                let face = landmarker.read(frames, fps)?;
                let followed = landmarker.follow_face(&face)?;
                Ok((Box::new(face.clip), followed))
            }
            Self::Files { params } => {
                let found = landmarks_beside(frames)?;
                let clip = frames.to_clip(fps)?;
                let landmarks = complete(&clip, &found.points, params)?;
                Ok((Box::new(clip), FollowedFace { landmarks, pose: None }))
            }
        }
    }

    /// The points of every frame of a clip in memory; `landmarks` are what somebody else has found.
    pub(crate) fn follow_clip(
        &self,
        clip: &Clip,
        landmarks: Option<&[Landmarks]>,
    ) -> Result<FollowedFace, PipelineError> {
        match (self, landmarks) {
            (_, Some(found)) if found.len() != clip.len() => {
                Err(PipelineError::GivenLandmarks { expected: clip.len(), found: found.len() })
            }
            (Self::Files { params }, Some(found)) => followed(clip, found.to_vec(), params),
            (Self::Model { landmarker, .. }, Some(found)) => {
                followed(clip, found.to_vec(), landmarker.params())
            }
            (Self::Model { landmarker, .. }, None) => {
                let face = landmarker.face(&grey_from_frame(clip.frame(0)))?.face;
                Ok(landmarker.follow(clip, &face)?)
            }
            (Self::Files { .. }, None) => Err(PipelineError::NoLandmarksGiven),
        }
    }

    /// Digest of the points of a clip, if they come from a file.
    pub(crate) fn digest_beside(&self, frames: &ImageSequence) -> Result<Option<Digest>, PipelineError> {
        match self {
            Self::Model { .. } => Ok(None),
            Self::Files { .. } => landmarks_beside(frames).map(|found| Some(landmark_files::digest(&found))),
        }
    }
}

/// Points that were found in every frame, tracked from the first one instead if the settings say so.
fn followed(
    clip: &Clip,
    found: Vec<Landmarks>,
    params: &LandmarkerParams,
) -> Result<FollowedFace, PipelineError> {
    let landmarks = match params.motion {
        PointMotion::Tracked => track(clip, &found[0], &params.track)?,
        PointMotion::PerFrame => found,
    };
    Ok(FollowedFace { landmarks, pose: None })
}
