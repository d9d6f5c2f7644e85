use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{GrayImage, ImageFormat};
use ndarray::{Array3, ArrayView2, ArrayView3, Axis};

use crate::{CoreError, atomic_file, image_from_grey, vectorized};

/// A grey video clip: `f32` frames `[frame, row, col]` in `0..=1` and their rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    frames: Array3<f32>,
    fps: f64,
}

impl Clip {
    /// Takes frames `[frame, row, col]` (nominally `0..=1`) recorded at `fps` frames per second.
    ///
    /// # Errors
    ///
    /// [`CoreError::EmptyClip`], [`CoreError::FrameRate`] and, for NaN or infinite pixels, [`CoreError::NotFinite`].
    pub fn new(frames: Array3<f32>, fps: f64) -> Result<Self, CoreError> {
        let (count, height, width) = frames.dim();
        if frames.is_empty() {
            return Err(CoreError::EmptyClip { frames: count, height, width });
        }
        if !(fps.is_finite() && fps > 0.0) {
            return Err(CoreError::FrameRate { fps });
        }
        let frames =
            if frames.is_standard_layout() { frames } else { frames.as_standard_layout().into_owned() };
        let finite = |frame: ArrayView2<'_, f32>| frame.as_slice().is_some_and(all_finite);
        if let Some(frame) = frames.outer_iter().position(|f| !finite(f)) {
            return Err(CoreError::NotFinite { frame });
        }
        Ok(Self { frames, fps })
    }

    /// Number of frames, at least one.
    #[expect(clippy::len_without_is_empty, reason = "a clip is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.frames.len_of(Axis(0))
    }

    /// Frame height in pixels.
    #[must_use]
    pub fn height(&self) -> usize {
        self.frames.len_of(Axis(1))
    }

    /// Frame width in pixels.
    #[must_use]
    pub fn width(&self) -> usize {
        self.frames.len_of(Axis(2))
    }

    /// Frames per second.
    #[must_use]
    pub fn fps(&self) -> f64 {
        self.fps
    }

    /// One frame `[row, col]`.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`Clip::len`].
    #[must_use]
    pub fn frame(&self, index: usize) -> ArrayView2<'_, f32> {
        self.frames.index_axis(Axis(0), index)
    }

    /// All frames `[frame, row, col]`, contiguous.
    #[must_use]
    pub fn frames(&self) -> ArrayView3<'_, f32> {
        self.frames.view()
    }

    /// One frame as an image of 256 levels.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`Clip::len`].
    #[must_use]
    pub fn image(&self, index: usize) -> GrayImage {
        image_from_grey(self.frame(index))
    }

    /// Writes every frame into `folder`, as `00001.png` and so on, for [`ImageSequence::open`](crate::ImageSequence::open) to find;
    /// gives their paths.
    ///
    /// # Errors
    ///
    /// [`CoreError::Write`] naming the file.
    pub fn write_frames(&self, folder: impl AsRef<Path>) -> Result<Vec<PathBuf>, CoreError> {
        let write = |index: usize| {
            let path = folder.as_ref().join(format!("{:05}.png", index + 1));
            let mut png = Cursor::new(Vec::new());
            self.image(index).write_to(&mut png, ImageFormat::Png).map_err(|error| CoreError::Write {
                path: path.clone(),
                source: std::io::Error::other(error),
            })?;
            atomic_file::write(&path, png.get_ref()).map(|()| path)
        };
        (0..self.len()).map(write).collect()
    }

    /// Gives the frames `[frame, row, col]` back.
    #[must_use]
    pub fn into_frames(self) -> Array3<f32> {
        self.frames
    }
}

vectorized! {
    fn all_finite(values: &[f32]) -> bool {
        values.iter().fold(true, |all, value| all & value.is_finite())
    }
}
