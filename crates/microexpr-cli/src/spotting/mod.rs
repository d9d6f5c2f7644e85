//! What `spot` and `analyse` have in common: a recording's frames to spotted expressions.
#![allow(dead_code, reason = "each program uses a part of it")]

pub(crate) mod frames;
pub(crate) mod options;
pub(crate) mod output;
pub(crate) mod page;
pub(crate) mod pictures;
pub(crate) mod recognition;
pub(crate) mod truth;

use std::error::Error;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use microexpr::core::ImageSequence;
use microexpr::landmarks::{FaceLandmarker, LandmarkError, grey_from_frame};
use microexpr::spot::{
    FaceRegions, PartMotion, RegionTracker, RegionTrackerParams, SpotParams, SpottedExpression, Spotter,
};
use ndarray::Array2;

use frames::each_frame;

use crate::shared::input::Recording;

/// While there is no face, one is looked for this often.
const LOOK_EVERY_S: f64 = 0.25;

/// What was seen in a recording.
pub(crate) struct Spotted {
    pub(crate) expressions: Vec<SpottedExpression>,
    /// `None` if no face was ever found.
    pub(crate) motion: Option<PartMotion>,
    /// Where the face's regions were when it was first seen.
    pub(crate) regions: Option<FaceRegions>,
    pub(crate) frames: usize,
    pub(crate) frames_without_face: usize,
    pub(crate) fps: f64,
}

/// Spots in a recording, with the frames decoded ahead on another thread.
pub(crate) fn spot_recording(
    recording: Recording,
    landmarker: &FaceLandmarker,
    params: &SpotParams,
    progress: &ProgressBar,
) -> Result<Spotted, Box<dyn Error>> {
    let mut watch = Watch::new(landmarker, params, recording.fps());
    each_frame(recording, &mut |frame| {
        progress.inc(1);
        watch.see(frame)
    })?;
    Ok(watch.finish())
}

/// Follows the face through a recording, and looks for it where it is lost.
struct Watch<'a> {
    landmarker: &'a FaceLandmarker,
    params: &'a SpotParams,
    fps: f64,
    tracker: Option<RegionTracker>,
    spotter: Option<Spotter>,
    seen: Spotted,
}

impl<'a> Watch<'a> {
    fn new(landmarker: &'a FaceLandmarker, params: &'a SpotParams, fps: f64) -> Self {
        let seen = Spotted {
            expressions: Vec::new(),
            motion: None,
            regions: None,
            frames: 0,
            frames_without_face: 0,
            fps,
        };
        Self { landmarker, params, fps, tracker: None, spotter: None, seen }
    }

    fn see(&mut self, frame: &Array2<f32>) -> Result<(), Box<dyn Error>> {
        let look_every = ((LOOK_EVERY_S * self.fps) as usize).max(1);
        if self.tracker.is_none() && self.seen.frames.is_multiple_of(look_every) {
            self.look_for_face(frame)?;
        }
        let motion = match &mut self.tracker {
            Some(tracker) => tracker.follow(frame.view())?,
            None => None,
        };
        match (&motion, &mut self.spotter) {
            (Some(motion), Some(spotter)) => self.seen.expressions.extend(spotter.push(motion)?),
            (None, Some(spotter)) => self.seen.expressions.extend(spotter.skip(1)),
            (_, None) => {}
        }
        if motion.is_none() {
            self.tracker = None;
            self.seen.frames_without_face += 1;
        }
        if let Some(seen) = &mut self.seen.motion {
            seen.push(motion.as_ref());
        }
        self.seen.frames += 1;
        Ok(())
    }

    fn look_for_face(&mut self, frame: &Array2<f32>) -> Result<(), Box<dyn Error>> {
        let face = match self.landmarker.face(&grey_from_frame(frame.view())) {
            Ok(face) => face,
            Err(LandmarkError::NoFace { .. } | LandmarkError::NotAFace { .. }) => return Ok(()),
            Err(other) => return Err(other.into()),
        };
        let regions = FaceRegions::of_landmarks(&face.landmarks)?;
        let params = RegionTrackerParams::default();
        self.tracker = Some(RegionTracker::start(frame.view(), &regions, self.fps, params)?);
        if self.spotter.is_none() {
            let mut spotter = Spotter::new(&regions, self.fps, self.params.clone())?;
            let mut motion = PartMotion::new(&regions);
            (0..self.seen.frames).for_each(|_| motion.push(None));
            // Frames before the face was found count, too.
            spotter.skip(self.seen.frames);
            (self.spotter, self.seen.motion) = (Some(spotter), Some(motion));
            self.seen.regions = Some(regions);
        }
        Ok(())
    }

    fn finish(mut self) -> Spotted {
        self.seen.expressions.extend(self.spotter.map(Spotter::finish).unwrap_or_default());
        self.seen
    }
}

/// Name of a recording: of its folder, or of its file without extension.
pub(crate) fn recording_name(input: &Path) -> String {
    let name = if input.is_dir() { input.file_name() } else { input.file_stem() };
    name.map_or_else(|| "recording".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The folders of frames within a folder that holds no frames itself, in natural order; empty for anything else.
pub(crate) fn recordings_within(input: &Path) -> Vec<PathBuf> {
    if !input.is_dir() || ImageSequence::open(input).is_ok() {
        return Vec::new();
    }
    let entries = std::fs::read_dir(input).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> =
        entries.filter(|path| path.is_dir() && ImageSequence::open(path).is_ok()).collect();
    folders.sort();
    folders
}
