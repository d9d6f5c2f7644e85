use microexpr_core::{CoreError, OutOfRange};

/// What can be wrong with magnification settings and frames.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MagnifyError {
    /// The two edges of a band are not in order.
    #[error("a frequency band needs 0 <= low < high, found {low_hz} to {high_hz} Hz")]
    Band {
        /// Lower edge in Hz.
        low_hz: f64,
        /// Upper edge in Hz.
        high_hz: f64,
    },
    /// A cut-off frequency that the frame rate cannot carry.
    #[error(
        "{found_hz} Hz is not below half the frame rate ({nyquist_hz} Hz): lower the cut-off or check the frame rate"
    )]
    AboveNyquist {
        /// The rejected cut-off in Hz.
        found_hz: f64,
        /// Half the frame rate in Hz.
        nyquist_hz: f64,
    },
    /// No frequency of the clip's discrete Fourier transform lies inside an ideal band.
    #[error(
        "the ideal band {low_hz:.3} to {high_hz:.3} Hz holds none of the clip's frequencies, which are {spacing_hz:.3} Hz \
         apart: use a longer clip, a wider band or another filter"
    )]
    EmptyBand {
        /// Lower edge in Hz.
        low_hz: f64,
        /// Upper edge in Hz.
        high_hz: f64,
        /// Distance of neighbouring frequencies in Hz.
        spacing_hz: f64,
    },
    /// A frame rate that is zero, negative or not finite.
    #[error("frame rate must be a positive number of frames per second, found {fps}")]
    FrameRate {
        /// The rejected value.
        fps: f64,
    },
    /// A setting outside its range.
    #[error(transparent)]
    Setting(#[from] OutOfRange),
    /// A level range that runs from coarse to fine.
    #[error("the coarsest amplified level ({coarsest}) must not be finer than the finest ({finest})")]
    LevelOrder {
        /// First amplified level.
        finest: usize,
        /// Last amplified level.
        coarsest: usize,
    },
    /// More gains than the frame has pyramid levels.
    #[error("frames of {width}x{height} pixels have {expected} pyramid levels, found gains for {found}")]
    LevelCount {
        /// Frame height in pixels.
        height: usize,
        /// Frame width in pixels.
        width: usize,
        /// Levels of the pyramid, the residual included.
        expected: usize,
        /// Gains given.
        found: usize,
    },
    /// A name that is not a preset's.
    #[error("there is no preset {found}: expected one of {expected}")]
    UnknownPreset {
        /// The rejected name.
        found: String,
        /// The known names.
        expected: String,
    },
    /// A frame without pixels.
    #[error("a frame needs at least one pixel, found {width}x{height}")]
    EmptyFrame {
        /// Frame height in pixels.
        height: usize,
        /// Frame width in pixels.
        width: usize,
    },
    /// A frame larger than any video's, probably a mistaken layout.
    #[error("a frame's sides have at most {longest} pixels, found {width}x{height}")]
    FrameTooLarge {
        /// The longest side allowed.
        longest: usize,
        /// Frame height in pixels.
        height: usize,
        /// Frame width in pixels.
        width: usize,
    },
    /// A buffer whose length does not fit the layout.
    #[error("a frame holds {expected} values, found {found}")]
    FrameLength {
        /// Values of one frame: height × width × channels.
        expected: usize,
        /// Values found (for a whole clip: not a multiple).
        found: usize,
    },
    /// A pixel that is NaN or infinite.
    #[error("the frame holds a pixel that is not finite")]
    NotFinite,
    /// A pixel far outside `0..=1`, probably a grey level of `0..=255`.
    #[error("frames of f32 hold values in 0..=1, found {found}: divide bytes by 255")]
    PixelRange {
        /// The first such pixel.
        found: f32,
    },
    /// The result cannot be a clip.
    #[error("the magnified frames are not a clip")]
    Clip(#[from] CoreError),
}
