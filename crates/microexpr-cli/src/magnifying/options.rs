//! The command line of `magnify`, and the settings it stands for.

use std::error::Error;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, ValueEnum};
use microexpr::magnify::{
    ButterworthOrder, ClipFilter, Extension, GainRule, MagnifyParams, Preset, RieszParams, StreamFilter,
};

use crate::shared::input::InputOptions;

/// Magnifies the motion in a folder of frames or a video: subtle movement becomes visible.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) clip: InputOptions,
    /// Frequencies that count as motion, in Hz [default: everything since the first frame, up to 10 Hz; riesz: 0.5..10]
    #[arg(long, value_name = "LO..HI")]
    band: Option<Band>,
    /// Added multiple of the motion: a displacement becomes 1 + ALPHA times as large; -1 removes it [default: 4; riesz: 10]
    #[arg(long, allow_negative_numbers = true)]
    alpha: Option<f64>,
    /// How motion is magnified
    #[arg(long, value_enum, default_value_t = Method::Linear)]
    pub(crate) method: Method,
    /// Temporal filter; those that work frame by frame need little memory however long the recording is, the others all of
    /// its frames at once
    #[arg(long, value_enum, default_value_t = Temporal::Butterworth)]
    temporal: Temporal,
    /// Settings of a video of the MIT release: baby, baby2, camera, subway, wrist, shadow, face2-motion, guitar-e, guitar-a
    /// or face
    #[arg(long, value_name = "NAME", conflicts_with_all = ["band", "temporal", "lambda_c", "method"])]
    pub(crate) preset: Option<Preset>,
    /// With --preset: also the release's quirks (halved cut-offs and ideal gain, reversed fine motion, last 10 frames dropped)
    #[arg(long, requires = "preset")]
    pub(crate) mit_compat: bool,
    /// Wavelength in pixels above which Wu's gain rule uses the full ALPHA [default: the same gain for all sizes]
    #[arg(long, value_name = "PIXELS")]
    lambda_c: Option<f64>,
    /// Fraction of ALPHA for the colour components; 0 magnifies brightness alone, as riesz always does [default: 0.1]
    #[arg(long)]
    chroma: Option<f64>,
    /// Folder for the magnified frames (PNG of the input's depth, named like the input, those of a video by number); it must hold
    /// no other frames
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Also write side_by_side.gif: input left, result right (at most 50 frames per second)
    #[arg(long)]
    pub(crate) gif: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// Adds the filtered difference: fast, exact for small motion
    Linear,
    /// Moves local phase: for ALPHA above 10 or noisy video
    Riesz,
}

/// `LO..HI` in Hz.
#[derive(Debug, Clone, Copy)]
struct Band {
    low_hz: f64,
    high_hz: f64,
}

impl FromStr for Band {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once("..").map(|(low, high)| (low.trim().parse(), high.trim().parse()));
        match numbers {
            Some((Ok(low_hz), Ok(high_hz))) => Ok(Self { low_hz, high_hz }),
            _ => Err("expected two numbers of Hz, as in 0.5..10".into()),
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Temporal {
    /// First-order Butterworth difference, frame by frame
    Butterworth,
    /// Second-order Butterworth difference, frame by frame
    Butterworth2,
    /// Difference of exponential averages, frame by frame
    Exponential,
    /// Low-pass minus the first frame, no delay, all frames at once; for registered clips that start at rest (LO must be 0)
    Onset,
    /// Butterworth difference without delay, all frames at once
    ZeroPhase,
    /// Ideal band of the discrete Fourier transform, all frames at once
    Ideal,
    /// Ideal band, the clip continued backwards at its ends, all frames at once
    IdealMirrored,
}

impl Options {
    /// The settings for a recording of `fps` frames per second.
    pub(crate) fn settings(&self, fps: f64) -> Result<MagnifyParams, Box<dyn Error>> {
        let mut params = match self.preset {
            Some(preset) if self.mit_compat => preset.mit_compat(fps),
            Some(preset) => preset.params(),
            None => MagnifyParams { temporal: self.temporal_filter()?, ..Default::default() },
        };
        if let Some(lambda_c_px) = self.lambda_c {
            params.gain = GainRule::Wu { lambda_c_px, boost: 2.0 };
        }
        if self.method == Method::Riesz {
            params.alpha = RieszParams::default().alpha;
        }
        params.alpha = self.alpha.unwrap_or(params.alpha);
        params.chroma = self.chroma.unwrap_or(params.chroma);
        Ok(params)
    }

    fn temporal_filter(&self) -> Result<ClipFilter, Box<dyn Error>> {
        // Phases of slow changes wrap; differences of brightness do not.
        let since_first = self.method == Method::Linear
            && !matches!(self.temporal, Temporal::ZeroPhase | Temporal::Ideal | Temporal::IdealMirrored);
        let everything = Band { low_hz: if since_first { 0.0 } else { 0.5 }, high_hz: 10.0 };
        let Band { low_hz, high_hz } = self.band.unwrap_or(everything);
        let butterworth = |order| StreamFilter::Butterworth { low_hz, high_hz, order }.into();
        Ok(match self.temporal {
            Temporal::Onset if low_hz != 0.0 => {
                let message = "--temporal onset keeps all motion since the first frame: write --band 0..HI";
                return Err(message.into());
            }
            Temporal::Onset => ClipFilter::OnsetLowPass { cutoff_hz: high_hz },
            Temporal::Butterworth => butterworth(ButterworthOrder::First),
            Temporal::Butterworth2 => butterworth(ButterworthOrder::Second),
            Temporal::Exponential => StreamFilter::Exponential { low_hz, high_hz }.into(),
            Temporal::ZeroPhase => ClipFilter::ZeroPhaseBand { low_hz, high_hz },
            Temporal::Ideal => ClipFilter::Ideal { low_hz, high_hz, extension: Extension::Periodic },
            Temporal::IdealMirrored => ClipFilter::Ideal { low_hz, high_hz, extension: Extension::Mirrored },
        })
    }
}
