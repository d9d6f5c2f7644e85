use crate::{MagnifyError, Sample};

/// The channels of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorModel {
    /// One value per pixel.
    Grey,
    /// Red, green and blue, interleaved.
    Rgb,
}

impl ColorModel {
    /// Values per pixel: 1 or 3.
    #[must_use]
    pub fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// Longest side of a frame in pixels, eight times that of 8K video.
const LONGEST_SIDE: usize = 1 << 16;

/// How one frame lies in a slice: row by row, the channels of a pixel side by side (as in the buffers of `image` and in
/// contiguous `ndarray` arrays `[row, col]` or `[row, col, channel]`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameLayout {
    /// Frame height in pixels.
    pub height: usize,
    /// Frame width in pixels.
    pub width: usize,
    /// Channels of a pixel.
    pub color: ColorModel,
}

impl FrameLayout {
    /// A frame of one value per pixel.
    #[must_use]
    pub fn grey(height: usize, width: usize) -> Self {
        Self { height, width, color: ColorModel::Grey }
    }

    /// A frame of interleaved red, green and blue.
    #[must_use]
    pub fn rgb(height: usize, width: usize) -> Self {
        Self { height, width, color: ColorModel::Rgb }
    }

    /// Values of one frame: height × width × channels.
    #[expect(clippy::len_without_is_empty, reason = "an empty layout is rejected where it is used")]
    #[must_use]
    pub fn len(self) -> usize {
        self.height * self.width * self.color.channels()
    }

    pub(crate) fn check(self) -> Result<(), MagnifyError> {
        let Self { height, width, .. } = self;
        if height == 0 || width == 0 {
            return Err(MagnifyError::EmptyFrame { height, width });
        }
        if height > LONGEST_SIDE || width > LONGEST_SIDE {
            return Err(MagnifyError::FrameTooLarge { longest: LONGEST_SIDE, height, width });
        }
        Ok(())
    }

    pub(crate) fn check_frame<P: Sample>(self, frame: &[P]) -> Result<(), MagnifyError> {
        if frame.len() != self.len() {
            return Err(MagnifyError::FrameLength { expected: self.len(), found: frame.len() });
        }
        P::check(frame)
    }
}
