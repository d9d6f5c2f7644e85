use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ButterworthOrder, ClipFilter, Extension, GainRule, MagnifyError, MagnifyParams, StreamFilter};

/// Frames that the MIT release leaves out at the end of every video. [`Preset::mit_compat`] cannot: the caller drops them.
pub const MIT_DROPPED_FRAMES: usize = 10;

/// Settings that the MIT release used for its published videos.
///
/// Source: H.-Y. Wu et al., MATLAB release of "Eulerian Video Magnification", `reproduceResults.m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Preset {
    /// A sleeping baby's breath.
    Baby,
    /// Pulse in a newborn's skin colour.
    Baby2,
    /// A camera's shutter.
    Camera,
    /// A subway train.
    Subway,
    /// Pulse at a wrist.
    Wrist,
    /// Shadows of a building.
    Shadow,
    /// Motion of a face.
    #[serde(alias = "face2_motion")]
    Face2Motion,
    /// The E string of a guitar.
    #[serde(alias = "guitar_e")]
    GuitarE,
    /// The A string of a guitar.
    #[serde(alias = "guitar_a")]
    GuitarA,
    /// Pulse in a face's colour.
    Face,
}

/// One row of the release's table: α, gain rule, filter, frame rate of the recording, chroma.
struct Row {
    alpha: f64,
    space: Space,
    time: Time,
    fps: f64,
    chroma: f64,
}

enum Space {
    Wavelength(f64),
    Level(usize),
}

enum Time {
    Butterworth(f64, f64),
    Ideal(f64, f64),
    /// Rates per frame of the slow and the fast average.
    Exponential(f64, f64),
}

impl Preset {
    /// All presets.
    pub const ALL: [Self; 10] = [
        Self::Baby,
        Self::Baby2,
        Self::Camera,
        Self::Subway,
        Self::Wrist,
        Self::Shadow,
        Self::Face2Motion,
        Self::GuitarE,
        Self::GuitarA,
        Self::Face,
    ];

    /// Name on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Baby => "baby",
            Self::Baby2 => "baby2",
            Self::Camera => "camera",
            Self::Subway => "subway",
            Self::Wrist => "wrist",
            Self::Shadow => "shadow",
            Self::Face2Motion => "face2-motion",
            Self::GuitarE => "guitar-e",
            Self::GuitarA => "guitar-a",
            Self::Face => "face",
        }
    }

    /// Frames per second of the release's recording.
    #[must_use]
    pub fn fps(self) -> f64 {
        self.row().fps
    }

    /// The preset as its authors meant it: true Hz, no reversed motion.
    #[must_use]
    pub fn params(self) -> MagnifyParams {
        let Row { alpha, space, time, fps, chroma } = self.row();
        let gain = match space {
            Space::Wavelength(lambda_c_px) => GainRule::Wu { lambda_c_px, boost: 2.0 },
            Space::Level(level) => GainRule::ColorChange { level },
        };
        MagnifyParams { alpha, gain, temporal: time.filter(1.0, fps), chroma }
    }

    /// The preset with the release's quirks, for comparing with its videos: Butterworth cut-offs at half the stated Hz,
    /// half of the ideal filter's gain (its mask lacks the negative frequencies), averages by rates per frame whatever the
    /// frame rate, and Wu's rule without its clamp at 0. See [`MIT_DROPPED_FRAMES`].
    #[must_use]
    pub fn mit_compat(self, fps: f64) -> MagnifyParams {
        let Row { alpha, space, time, chroma, .. } = self.row();
        let factor = if matches!(time, Time::Ideal(..)) { 0.5 } else { 1.0 };
        let (alpha, gain) = match space {
            Space::Wavelength(lambda_c_px) => (alpha, GainRule::MitRelease { lambda_c_px, factor }),
            Space::Level(level) => (alpha * factor, GainRule::ColorChange { level }),
        };
        MagnifyParams { alpha, gain, temporal: time.filter(0.5, fps), chroma }
    }

    fn row(self) -> Row {
        let row = |alpha, space, time, fps, chroma| Row { alpha, space, time, fps, chroma };
        use Space::{Level, Wavelength};
        use Time::{Butterworth, Exponential, Ideal};
        match self {
            Self::Baby | Self::Wrist => row(10.0, Wavelength(16.0), Exponential(0.05, 0.4), 30.0, 0.1),
            Self::Baby2 => row(150.0, Level(6), Ideal(140.0 / 60.0, 160.0 / 60.0), 30.0, 1.0),
            Self::Camera => row(150.0, Wavelength(20.0), Butterworth(45.0, 100.0), 300.0, 0.0),
            Self::Subway => row(60.0, Wavelength(90.0), Butterworth(3.6, 6.2), 30.0, 0.3),
            Self::Shadow => row(5.0, Wavelength(48.0), Butterworth(0.5, 10.0), 30.0, 0.0),
            Self::Face2Motion => row(20.0, Wavelength(80.0), Butterworth(0.5, 10.0), 30.0, 0.0),
            Self::GuitarE => row(50.0, Wavelength(10.0), Ideal(72.0, 92.0), 600.0, 0.0),
            Self::GuitarA => row(100.0, Wavelength(10.0), Ideal(100.0, 120.0), 600.0, 0.0),
            Self::Face => row(50.0, Level(4), Ideal(50.0 / 60.0, 1.0), 30.0, 1.0),
        }
    }
}

impl Time {
    fn filter(self, butterworth_scale: f64, fps: f64) -> ClipFilter {
        match self {
            Self::Butterworth(low, high) => StreamFilter::Butterworth {
                low_hz: low * butterworth_scale,
                high_hz: high * butterworth_scale,
                order: ButterworthOrder::First,
            }
            .into(),
            Self::Ideal(low_hz, high_hz) => {
                ClipFilter::Ideal { low_hz, high_hz, extension: Extension::Periodic }
            }
            Self::Exponential(slow, fast) => {
                let hertz = |rate: f64| -(1.0 - rate).ln() * fps / (2.0 * std::f64::consts::PI);
                StreamFilter::Exponential { low_hz: hertz(slow), high_hz: hertz(fast) }.into()
            }
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = MagnifyError;

    fn from_str(text: &str) -> Result<Self, MagnifyError> {
        let found = Self::ALL.into_iter().find(|p| p.name() == text);
        found.ok_or_else(|| MagnifyError::UnknownPreset {
            found: text.to_owned(),
            expected: Self::ALL.map(Self::name).join(", "),
        })
    }
}
