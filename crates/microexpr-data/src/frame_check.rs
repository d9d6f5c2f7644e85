//! Looking at every frame of a clip before a long run does.

use std::fmt;
use std::path::PathBuf;

use microexpr_core::{CoreError, ImageSequence};

use crate::{ClipRecord, frame_number};

/// Something wrong with a clip's frames.
#[derive(Debug)]
#[non_exhaustive]
pub enum FrameProblem {
    /// Numbers missing between two frames.
    Gap {
        /// The last number before the gap.
        after: u64,
        /// The next number that is there.
        before: u64,
    },
    /// Two files of one frame.
    Repeat {
        /// The number in both names.
        number: u64,
        /// The first file.
        first: PathBuf,
        /// The other file.
        second: PathBuf,
    },
    /// A file that cannot be decoded.
    Unreadable {
        /// The decoder's reason; names the file.
        error: CoreError,
    },
    /// A frame unlike the first one.
    Size {
        /// The file.
        path: PathBuf,
        /// Width and height of the first readable frame.
        expected: (u32, u32),
        /// Width and height of this one.
        found: (u32, u32),
    },
}

impl fmt::Display for FrameProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gap { after, before } => write!(f, "no frames between {after} and {before}"),
            Self::Repeat { number, first, second } => {
                write!(f, "{} and {} are both frame {number}", first.display(), second.display())
            }
            Self::Unreadable { error } => match std::error::Error::source(error) {
                Some(reason) => write!(f, "{error}: {reason}"),
                None => write!(f, "{error}"),
            },
            Self::Size { path, expected: (w, h), found } => write!(
                f,
                "{}: frame is {}x{} pixels, but the first one is {w}x{h}",
                path.display(),
                found.0,
                found.1
            ),
        }
    }
}

/// Gaps and repeats in the numbers of a clip's frames; decodes nothing.
#[must_use]
pub fn frame_gaps(clip: &ClipRecord) -> Vec<FrameProblem> {
    let numbered: Vec<(u64, &PathBuf)> =
        clip.frames.iter().filter_map(|path| Some((frame_number(path)?, path))).collect();
    let problem = |pair: &[(u64, &PathBuf)]| {
        let ((after, first), (before, second)) = (pair[0], pair[1]);
        match before {
            _ if before == after => {
                Some(FrameProblem::Repeat { number: after, first: first.clone(), second: second.clone() })
            }
            _ if before > after + 1 => Some(FrameProblem::Gap { after, before }),
            _ => None,
        }
    };
    numbered.windows(2).filter_map(problem).collect()
}

/// Gaps, repeats, files that cannot be decoded and frames of another size; decodes every frame.
#[must_use]
pub fn check_frames(clip: &ClipRecord) -> Vec<FrameProblem> {
    match clip.sequence() {
        Ok(sequence) => check_frames_of(clip, &sequence),
        Err(_) => frame_gaps(clip),
    }
}

/// [`check_frames`] of frames that somebody else reads, such as those of a video.
#[must_use]
pub fn check_frames_of(clip: &ClipRecord, sequence: &ImageSequence) -> Vec<FrameProblem> {
    let mut problems = frame_gaps(clip);
    let mut first = None;
    for (index, path) in sequence.paths().iter().enumerate() {
        match sequence.image(index) {
            Err(error) => problems.push(FrameProblem::Unreadable { error }),
            Ok(image) => {
                let found = (image.width(), image.height());
                let expected = *first.get_or_insert(found);
                if found != expected {
                    problems.push(FrameProblem::Size { path: path.clone(), expected, found });
                }
            }
        }
    }
    problems
}
