use std::fmt;

use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

use crate::MagnifyError;

/// Order of a Butterworth low-pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ButterworthOrder {
    /// 6 dB per octave.
    First,
    /// 12 dB per octave.
    Second,
}

/// Temporal filters that need no future frames. All are the difference of two low-passes that start in the steady state
/// of frame 0: no transient, and frame 0 itself is never changed. `low_hz = 0` keeps every slow change since frame 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StreamFilter {
    /// Butterworth low-pass at `high_hz` minus one at `low_hz`, both at true Hz (bilinear transform).
    Butterworth {
        /// Lower edge in Hz.
        low_hz: f64,
        /// Upper edge in Hz.
        high_hz: f64,
        /// Order of both low-passes.
        order: ButterworthOrder,
    },
    /// Exponential averages `y += r (x − y)` with `r = 1 − exp(−2π f / fps)`: the cheapest filter, and the broadest.
    Exponential {
        /// Lower edge in Hz.
        low_hz: f64,
        /// Upper edge in Hz.
        high_hz: f64,
    },
}

impl Default for StreamFilter {
    /// First-order Butterworth difference, 0.5 to 10 Hz.
    fn default() -> Self {
        Self::Butterworth { low_hz: 0.5, high_hz: 10.0, order: ButterworthOrder::First }
    }
}

impl StreamFilter {
    /// Whether the filter can work at `fps` frames per second.
    ///
    /// # Errors
    ///
    /// [`MagnifyError::FrameRate`], [`MagnifyError::Band`] or [`MagnifyError::AboveNyquist`].
    pub fn check(&self, fps: f64) -> Result<(), MagnifyError> {
        match *self {
            Self::Butterworth { low_hz, high_hz, .. } | Self::Exponential { low_hz, high_hz } => {
                check_band(low_hz, high_hz, fps)
            }
        }
    }
}

/// What an ideal filter sees beyond the ends of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extension {
    /// The clip again: a difference between its first and last frame becomes a jump.
    Periodic,
    /// The clip backwards: no jump, and half the distance between frequencies.
    Mirrored,
}

/// Temporal filters for whole clips: those that look ahead, and every [`StreamFilter`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ClipFilter {
    /// A filter that also works frame by frame.
    Stream(StreamFilter),
    /// Zero-phase low-pass minus its value at frame 0: all motion since the onset, without delay, frame 0 unchanged.
    /// For registered clips that start at a neutral frame; drift and lighting are motion too. A second-order Butterworth
    /// runs forwards and backwards over the clip, whose ends are extended by point reflection.
    #[serde(alias = "onset_low_pass")]
    OnsetLowPass {
        /// Frequency in Hz above which changes are noise; halved there in amplitude (two passes of −3 dB).
        cutoff_hz: f64,
    },
    /// Zero-phase low-pass at `high_hz` minus one at `low_hz`, each as in [`ClipFilter::OnsetLowPass`]: no delay, but
    /// frame 0 changes with the clip's average.
    #[serde(alias = "zero_phase_band")]
    ZeroPhaseBand {
        /// Lower edge in Hz, above 0.
        low_hz: f64,
        /// Upper edge in Hz.
        high_hz: f64,
    },
    /// Keeps the clip's discrete frequencies strictly between the edges. A clip of T frames has one every `fps / T` Hz:
    /// short clips leave too few, see [`ClipFilter::check`].
    Ideal {
        /// Lower edge in Hz.
        low_hz: f64,
        /// Upper edge in Hz.
        high_hz: f64,
        /// What lies beyond the ends of the clip.
        extension: Extension,
    },
}

impl Default for ClipFilter {
    /// Onset-referenced zero-phase low-pass at 10 Hz.
    fn default() -> Self {
        Self::OnsetLowPass { cutoff_hz: 10.0 }
    }
}

impl From<StreamFilter> for ClipFilter {
    fn from(filter: StreamFilter) -> Self {
        Self::Stream(filter)
    }
}

/// A setting that works but is probably not meant.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum FilterWarning {
    /// An ideal band with fewer than 4 of the clip's frequencies: the result rings over the whole clip.
    FewFrequencies {
        /// Frequencies inside the band.
        count: usize,
        /// Distance of neighbouring frequencies in Hz.
        spacing_hz: f64,
    },
}

impl fmt::Display for FilterWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewFrequencies { count, spacing_hz } => write!(
                f,
                "the ideal band holds only {count} of the clip's frequencies, which are {spacing_hz:.3} Hz apart: \
                 motion will ring over the whole clip; prefer the onset low-pass or a Butterworth filter"
            ),
        }
    }
}

impl ClipFilter {
    /// Whether the filter can work on a clip of `frames` frames at `fps`, and what to know about it.
    ///
    /// # Errors
    ///
    /// [`MagnifyError::FrameRate`], [`MagnifyError::Band`], [`MagnifyError::AboveNyquist`] or
    /// [`MagnifyError::EmptyBand`].
    pub fn check(&self, frames: usize, fps: f64) -> Result<Option<FilterWarning>, MagnifyError> {
        match *self {
            Self::Stream(filter) => filter.check(fps)?,
            Self::OnsetLowPass { cutoff_hz } => check_band(0.0, cutoff_hz, fps)?,
            Self::ZeroPhaseBand { low_hz, high_hz } => {
                check_band(low_hz, high_hz, fps)?;
                let expected = "above 0 (0 is the onset low-pass)";
                OutOfRange::unless(low_hz > 0.0, "low_hz of a zero-phase band", expected, low_hz)?;
            }
            Self::Ideal { low_hz, high_hz, extension } => {
                check_band(low_hz, high_hz, fps)?;
                let spacing_hz = fps / extension.length(frames) as f64;
                let count = kept_frequencies(low_hz, high_hz, extension.length(frames), fps).count();
                if count == 0 {
                    return Err(MagnifyError::EmptyBand { low_hz, high_hz, spacing_hz });
                }
                return Ok((count < 4).then_some(FilterWarning::FewFrequencies { count, spacing_hz }));
            }
        }
        Ok(None)
    }
}

impl Extension {
    /// Number of frames the transform sees.
    pub(crate) fn length(self, frames: usize) -> usize {
        match self {
            Self::Periodic => frames,
            Self::Mirrored => 2 * frames,
        }
    }
}

/// Indices of the non-negative frequencies `k · fps / length` strictly inside the band.
pub(crate) fn kept_frequencies(
    low_hz: f64,
    high_hz: f64,
    length: usize,
    fps: f64,
) -> impl Iterator<Item = usize> {
    (0..=length / 2).filter(move |k| {
        let frequency = *k as f64 * fps / length as f64;
        low_hz < frequency && frequency < high_hz
    })
}

fn check_band(low_hz: f64, high_hz: f64, fps: f64) -> Result<(), MagnifyError> {
    if !(fps.is_finite() && fps > 0.0) {
        return Err(MagnifyError::FrameRate { fps });
    }
    if !(low_hz >= 0.0 && low_hz < high_hz && high_hz.is_finite()) {
        return Err(MagnifyError::Band { low_hz, high_hz });
    }
    if high_hz >= fps / 2.0 {
        return Err(MagnifyError::AboveNyquist { found_hz: high_hz, nyquist_hz: fps / 2.0 });
    }
    Ok(())
}
