//! The frames that `magnify` reads, one after the other.

use std::error::Error;
use std::path::PathBuf;

use image::DynamicImage;
use microexpr::core::{FrameSource, SequenceFrames};
use microexpr::magnify::MIT_DROPPED_FRAMES;

use super::options::Options;
use crate::shared::input::Recording;

/// Frames and what they are called.
pub(crate) struct Source {
    frames: Box<dyn FrameSource>,
    /// Files of a folder; the frames of a video are numbered.
    files: Option<Vec<PathBuf>>,
    /// How many frames are magnified; unknown for a pipe.
    len: Option<usize>,
    fps: f64,
    given: usize,
    /// Looked at and not yet given.
    ahead: Option<DynamicImage>,
}

impl Source {
    pub(crate) fn open(arguments: &Options) -> Result<Self, Box<dyn Error>> {
        let (frames, files, fps): (Box<dyn FrameSource>, _, _) = match arguments.clip.recording()? {
            Recording::Folder(sequence, fps) => {
                let files = Some(sequence.paths().to_vec());
                (Box::new(SequenceFrames::from(sequence)), files, fps)
            }
            Recording::Video(video, fps) => (video, None, fps),
        };
        let mut len = frames.frame_count();
        if arguments.mit_compat {
            let found = len.ok_or("--mit-compat drops the last frames: a pipe does not tell which ones")?;
            let kept = found.checked_sub(MIT_DROPPED_FRAMES).filter(|kept| *kept > 0);
            let too_few =
                || format!("--mit-compat drops the last {MIT_DROPPED_FRAMES} frames, found {found}");
            len = Some(kept.ok_or_else(too_few)?);
        }
        Ok(Self { frames, files, len, fps, given: 0, ahead: None })
    }

    /// How many frames there are; unknown for a pipe.
    pub(crate) fn len(&self) -> Option<usize> {
        self.len
    }

    /// Frames per second.
    pub(crate) fn fps(&self) -> f64 {
        self.fps
    }

    /// What every frame is called; unknown for a pipe.
    pub(crate) fn names(&self) -> Option<Vec<PathBuf>> {
        Some((0..self.len?).map(|index| self.name(index)).collect())
    }

    fn name(&self, index: usize) -> PathBuf {
        let numbered = || PathBuf::from(format!("{:05}", index + 1));
        self.files.as_ref().map_or_else(numbered, |files| files[index].clone())
    }

    /// The first frame, which is given later all the same.
    pub(crate) fn first(&mut self) -> Result<DynamicImage, Box<dyn Error>> {
        let first = self.frames.next_frame()?.ok_or("there are no frames")?;
        self.ahead = Some(first.clone());
        Ok(first)
    }
}

impl Iterator for Source {
    type Item = Result<(PathBuf, DynamicImage), Box<dyn Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.len.is_some_and(|len| self.given >= len) {
            return None;
        }
        let frame = match self.ahead.take() {
            Some(frame) => frame,
            None => match self.frames.next_frame().transpose()? {
                Ok(frame) => frame,
                Err(error) => return Some(Err(error.into())),
            },
        };
        self.given += 1;
        Some(Ok((self.name(self.given - 1), frame)))
    }
}
