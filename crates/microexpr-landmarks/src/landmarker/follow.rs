use image::GrayImage;
use microexpr_core::{GreyFrames, Landmarks};

use super::{FaceClip, FaceLandmarker, FaceLandmarks, OnLoss, PointMotion, SAME_FACE_OVERLAP};
use crate::tracking::track_from;
use crate::{FaceBox, HeadPose, LandmarkError, grey_from_frame};

/// A face followed through a clip.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowedFace {
    /// Its points in every frame.
    pub landmarks: Vec<Landmarks>,
    /// How the head is turned in the first frame, if the landmark model tells: the mesh does.
    pub pose: Option<HeadPose>,
}

impl FaceLandmarker {
    /// The points of every frame of a clip, by the way that [`LandmarkerParams::motion`](crate::LandmarkerParams::motion) names. `face` is the box of the
    /// first frame.
    ///
    /// Frame by frame, the box follows the face: it is moved with the points of the frame before.
    ///
    /// # Errors
    ///
    /// Those of [`track`](crate::track) where a lost face is not found again, [`LandmarkError::NotAFace`] for a first frame (frame by
    /// frame: for any) whose points do not look like a face's, and the detector's.
    pub fn follow(&self, clip: &dyn GreyFrames, face: &FaceBox) -> Result<FollowedFace, LandmarkError> {
        self.follow_from(clip, self.points_in(&grey_frame(clip, 0), face)?)
    }

    /// [`FaceLandmarker::follow`] through what [`FaceLandmarker::read`] has read; points that it has found are not sought again.
    ///
    /// # Errors
    ///
    /// As [`FaceLandmarker::follow`].
    pub fn follow_face(&self, face: &FaceClip) -> Result<FollowedFace, LandmarkError> {
        match &face.found {
            Some(found) => self.follow_from(&face.clip, found.clone()),
            None => self.follow(&face.clip, &face.face),
        }
    }

    fn follow_from(
        &self,
        clip: &dyn GreyFrames,
        first: FaceLandmarks,
    ) -> Result<FollowedFace, LandmarkError> {
        match self.params.motion {
            PointMotion::Tracked => self.follow_by_tracking(clip, first),
            PointMotion::PerFrame => self.follow_by_prediction(clip, &first),
        }
    }

    fn follow_by_tracking(
        &self,
        clip: &dyn GreyFrames,
        mut from: FaceLandmarks,
    ) -> Result<FollowedFace, LandmarkError> {
        let mut all: Vec<Landmarks> = Vec::new();
        let pose = from.pose;
        loop {
            let run = track_from(clip, all.len(), &from.landmarks, &self.params.track)?;
            let last_seen = run.points.last().map_or(from.face, |last| moved_with(&from, last));
            all.extend(run.points);
            let Some(lost) = run.lost else { return Ok(FollowedFace { landmarks: all, pose }) };
            let image = grey_frame(clip, all.len());
            let found = self.find_again(&image, &last_seen)?;
            match found.map(|face| self.points_in(&image, &face)) {
                Some(Ok(found)) => from = found,
                _ => return Err(lost),
            }
        }
    }

    fn follow_by_prediction(
        &self,
        clip: &dyn GreyFrames,
        first: &FaceLandmarks,
    ) -> Result<FollowedFace, LandmarkError> {
        let mut all = vec![first.landmarks.clone()];
        for frame in 1..clip.dim().0 {
            let now = all.last().map_or(first.face, |last| moved_with(first, last));
            all.push(self.points_in(&grey_frame(clip, frame), &now)?.landmarks);
        }
        Ok(FollowedFace { landmarks: all, pose: first.pose })
    }

    /// The box of the face that was last seen at `last_seen`.
    fn find_again(&self, image: &GrayImage, last_seen: &FaceBox) -> Result<Option<FaceBox>, LandmarkError> {
        if self.params.on_loss == OnLoss::Fail {
            return Ok(None);
        }
        let overlap = |face: &FaceBox| face.intersection_over_union(last_seen);
        let found = self.detector.detect(image)?.into_iter().map(|d| d.face);
        let nearest = found.max_by(|a, b| overlap(a).total_cmp(&overlap(b)));
        Ok(nearest.filter(|face| overlap(face) >= SAME_FACE_OVERLAP))
    }
}

fn grey_frame(clip: &dyn GreyFrames, index: usize) -> GrayImage {
    grey_from_frame(clip.whole(index).view())
}

/// A face's box where its points have moved to.
fn moved_with(start: &FaceLandmarks, now: &Landmarks) -> FaceBox {
    let (from, to) = (start.landmarks.centroid(), now.centroid());
    let face = &start.face;
    face.adjusted((to[0] - from[0]) / face.width(), (to[1] - from[1]) / face.height(), 1.0)
}
