use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use image::DynamicImage;
use microexpr_core::{CoreError, FrameSource, ImageSequence};

use crate::container::{Container, MAGIC_LEN};
use crate::error::{Fault, pipe_command};
use crate::luma::Levels;
use crate::timeline::Timeline;
use crate::{VideoError, avi, mp4, y4m};

/// Name of standard input in messages, and on command lines.
const STANDARD_INPUT: &str = "-";

/// As much of one clip as is held in memory, if the caller has no limit of its own: 2 GiB, 3,400 frames of 640x480 pixels.
pub const MOST_CLIP_BYTES: u64 = 2 << 30;

/// What compression has done to the frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// The file holds raw frames.
    None,
    /// Each frame by itself, as JPEG does: motion stays what it was.
    WithinFrames,
    /// Frames as changes of other frames, as H.264 does: motion of less than a pixel is among what is left out first.
    BetweenFrames,
}

/// How a video is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VideoParams {
    /// What becomes of luma in limited range.
    pub levels: Levels,
}

/// Frames that were changed to come at a constant rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resampled {
    /// How often a frame is given again because the next one is late or missing.
    pub repeated: u64,
    /// How many frames are left out because the next one is early.
    pub left_out: u64,
}

/// A video: its frames one after the other, in the memory of a few.
///
/// A frame is grey: luma as it is coded, not by way of colours; raw frames of colours (AVI) stay colours. Frames are upright and
/// of the part that is shown, as the file says, and come at a constant rate ([`Video::resampled`]).
///
/// | | read directly |
/// |---|---|
/// | MP4, MOV | H.264 (8 bits, 4:2:0, frames, not fields), Motion JPEG |
/// | AVI | Motion JPEG; raw: grey, RGB, 4:2:0, 4:2:2 |
/// | Y4M, file or pipe | every chroma, up to 16 bits |
///
/// Anything else is an error with the ffmpeg command that pipes it as Y4M.
///
/// Which matrix (BT.601, BT.709, BT.2020) made luma of the camera's colours is not undone: it weighs the colours a little
/// differently, and does not change from frame to frame.
pub struct Video {
    path: PathBuf,
    opened: Opened,
    resampled: Resampled,
    size: Option<(u32, u32)>,
    is_over: bool,
}

/// What a container gives.
pub(crate) struct Opened {
    pub(crate) fps: Option<f64>,
    pub(crate) frame_count: Option<usize>,
    pub(crate) compression: Compression,
    pub(crate) pictures: Box<dyn Pictures>,
}

/// Frames in playing order.
pub(crate) trait Pictures: Send {
    /// The next frame; `None` at the end.
    fn next_picture(&mut self) -> Result<Option<DynamicImage>, Fault>;
}

impl Video {
    /// Opens a file, whatever its name says it is, with the settings' defaults.
    ///
    /// # Errors
    ///
    /// [`VideoError::Read`], [`VideoError::Unsupported`], [`VideoError::Damaged`], [`VideoError::VariableFrameRate`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, VideoError> {
        Self::open_with(path, VideoParams::default())
    }

    /// Opens a file, whatever its name says it is.
    ///
    /// # Errors
    ///
    /// As [`Video::open`].
    pub fn open_with(path: impl AsRef<Path>, params: VideoParams) -> Result<Self, VideoError> {
        let path = path.as_ref();
        let (opened, line) = open_file(path, params.levels).map_err(|fault| fault.at(path))?;
        let resampled = Resampled { repeated: line.repeated, left_out: line.left_out };
        let frames = opened.frame_count.unwrap_or_default();
        if !line.is_regular(frames) {
            let path = path.to_owned();
            let Timeline { fps, repeated, left_out, .. } = line;
            let command = pipe_command(&path, &format!("-vf fps={fps:.6}"));
            return Err(VideoError::VariableFrameRate { path, fps, frames, repeated, left_out, command });
        }
        Ok(Self { path: path.to_owned(), opened, resampled, size: None, is_over: false })
    }

    /// Reads Y4M from a pipe; `name` stands for it in messages.
    ///
    /// # Errors
    ///
    /// [`VideoError::Read`], [`VideoError::Unsupported`], [`VideoError::Damaged`].
    pub fn from_y4m(
        pipe: impl BufRead + Send + 'static,
        name: impl Into<PathBuf>,
        params: VideoParams,
    ) -> Result<Self, VideoError> {
        let path = name.into();
        let opened = y4m::open(pipe, params.levels).map_err(|fault| fault.at(&path))?;
        Ok(Self { path, opened, resampled: Resampled::default(), size: None, is_over: false })
    }

    /// Reads Y4M from standard input.
    ///
    /// # Errors
    ///
    /// As [`Video::from_y4m`].
    pub fn from_standard_input(params: VideoParams) -> Result<Self, VideoError> {
        Self::from_y4m(BufReader::new(std::io::stdin()), STANDARD_INPUT, params)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Frames per second; `None` if a pipe does not say.
    #[must_use]
    pub fn fps(&self) -> Option<f64> {
        self.opened.fps
    }

    /// How many frames there are; `None` for a pipe.
    #[must_use]
    pub fn frame_count(&self) -> Option<usize> {
        self.opened.frame_count
    }

    /// What compression has done to the frames.
    #[must_use]
    pub fn compression(&self) -> Compression {
        self.opened.compression
    }

    /// What was changed for a constant rate.
    #[must_use]
    pub fn resampled(&self) -> Resampled {
        self.resampled
    }

    /// All frames in memory, named `clip.mp4/00001` and so on.
    ///
    /// # Errors
    ///
    /// Those of the frames; [`VideoError::TooLong`] if they take more than `most_bytes`.
    pub fn into_sequence(self, most_bytes: u64) -> Result<ImageSequence, VideoError> {
        let path = self.path.clone();
        let mut bytes = 0;
        let mut images = Vec::new();
        for (index, frame) in self.enumerate() {
            let frame = frame?;
            bytes += frame.as_bytes().len() as u64;
            if bytes > most_bytes {
                return Err(VideoError::TooLong { path, most_bytes });
            }
            images.push((path.join(format!("{:05}", index + 1)), frame));
        }
        ImageSequence::from_images(images).map_err(|_| Fault::damaged("it has no frames").at(&path))
    }

    fn checked(&mut self, frame: Option<DynamicImage>) -> Result<Option<DynamicImage>, Fault> {
        let Some(frame) = frame else { return Ok(None) };
        let found = (frame.width(), frame.height());
        let expected = *self.size.get_or_insert(found);
        if found != expected {
            let ((w, h), (width, height)) = (expected, found);
            return Err(Fault::damaged(format!("frames of {w}x{h} pixels become {width}x{height}")));
        }
        Ok(Some(frame))
    }
}

/// Nothing follows an error.
impl Iterator for Video {
    type Item = Result<DynamicImage, VideoError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let frame = self.opened.pictures.next_picture().and_then(|frame| self.checked(frame));
        self.is_over = !matches!(frame, Ok(Some(_)));
        frame.map_err(|fault| fault.at(&self.path)).transpose()
    }
}

impl FrameSource for Video {
    fn fps(&self) -> Option<f64> {
        self.opened.fps
    }

    fn next_frame(&mut self) -> Result<Option<DynamicImage>, CoreError> {
        Ok(self.next().transpose()?)
    }

    fn frame_count(&self) -> Option<usize> {
        self.opened.frame_count
    }
}

impl std::fmt::Debug for Video {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Video")
            .field("path", &self.path)
            .field("fps", &self.opened.fps)
            .field("frame_count", &self.opened.frame_count)
            .field("compression", &self.opened.compression)
            .field("resampled", &self.resampled)
            .finish_non_exhaustive()
    }
}

/// Opens a file by its first bytes.
fn open_file(path: &Path, levels: Levels) -> Result<(Opened, Timeline), Fault> {
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    (&mut file).take(MAGIC_LEN).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    let as_it_is = |opened: Opened, repeated| {
        let fps = opened.fps.unwrap_or_default();
        (opened, Timeline { fps, shown: None, repeated, left_out: 0 })
    };
    match Container::of(&start) {
        Some(Container::Mp4) => mp4::open(file, levels),
        Some(Container::Avi) => avi::open(file, levels).map(|(opened, repeated)| as_it_is(opened, repeated)),
        Some(Container::Y4m) => y4m::open(BufReader::new(file), levels).map(|opened| as_it_is(opened, 0)),
        Some(Container::Foreign(what)) => Err(Fault::unsupported(what)),
        None if start.is_empty() => Err(Fault::damaged("it is empty")),
        None => Err(Fault::unsupported("a file that is no MP4, MOV, AVI or Y4M")),
    }
}
