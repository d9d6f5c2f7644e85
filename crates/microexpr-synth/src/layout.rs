use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

use crate::subject::{NAMES_STREAM, stream};
use crate::{ClipTruth, Expression, SynthParams};
use rand::Rng;

/// Whose folders, file names and annotation files a generated dataset imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Layout {
    /// SMIC's raw high-speed part: `SMIC_all_raw/HS/s1/micro/negative/s1_ne_01/image000001.bmp`; no annotation file.
    Smic,
    /// `SAMM/006/006_1_2/006_05562.jpg` and `SAMM/SAMM_Micro_FACS_Codes_v2.xlsx`.
    Samm,
    /// `CASME2_RAW_selected/sub01/EP01_02f/img46.jpg` and `CASME2-coding-20140508.xlsx`.
    Casme2,
}

impl Layout {
    /// Frames per second of the recordings, which no file states.
    #[must_use]
    pub fn fps(self) -> f64 {
        match self {
            Self::Smic => 100.0,
            Self::Samm | Self::Casme2 => 200.0,
        }
    }

    /// Settings for about as many frames a clip as the dataset has, at its rate; else the defaults.
    #[must_use]
    pub fn params(self) -> SynthParams {
        let frames = match self {
            Self::Smic => [26, 45],
            Self::Samm => [55, 95],
            Self::Casme2 => [45, 85],
        };
        SynthParams { fps: self.fps(), frames, ..SynthParams::default() }
    }

    pub(crate) fn check(self, params: &SynthParams) -> Result<(), OutOfRange> {
        let expected = match self {
            Self::Smic => "100, the rate of SMIC-HS",
            Self::Samm => "200, the rate of SAMM",
            Self::Casme2 => "200, the rate of CASME II",
        };
        OutOfRange::unless(params.fps == self.fps(), "fps", expected, params.fps)
    }

    /// Where a clip goes; `nth` counts the subject's clips of the class, from 1.
    pub(crate) fn place(self, params: &SynthParams, truth: &ClipTruth, nth: usize) -> Place {
        let (subject, number) = (truth.subject, truth.number);
        // Numbers of frames come from random numbers of their own, so that pictures do not depend on the layout.
        let mut rng = stream(params.seed, subject | NAMES_STREAM, number);
        match self {
            Self::Smic => {
                let short = match truth.expression {
                    Expression::Negative => "ne",
                    Expression::Positive => "po",
                    Expression::Surprise => "sur",
                };
                let name = format!("s{subject}_{short}_{nth:02}");
                let folder = format!("SMIC_all_raw/HS/s{subject}/micro/{}/{name}", truth.expression.name());
                Place { name, folder, subject: format!("s{subject}"), first_frame: 1 }
            }
            Self::Samm => {
                let subject = format!("{subject:03}");
                let name = format!("{subject}_{number}_{nth}");
                let folder = format!("SAMM/{subject}/{name}");
                Place { name, folder, subject, first_frame: rng.random_range(10..9000) }
            }
            Self::Casme2 => {
                let suffix = if number % 2 == 0 { "f" } else { "" };
                let name = format!("EP{subject:02}_{number:02}{suffix}");
                let folder = format!("CASME2_RAW_selected/sub{subject:02}/{name}");
                Place { name, folder, subject: subject.to_string(), first_frame: rng.random_range(1..300) }
            }
        }
    }

    /// File name of a frame.
    pub(crate) fn frame_name(self, place: &Place, index: usize) -> String {
        let number = place.first_frame + index as u64;
        match self {
            Self::Smic => format!("image{number:06}.bmp"),
            Self::Samm => format!("{}_{number:05}.jpg", place.subject),
            Self::Casme2 => format!("img{number}.jpg"),
        }
    }
}

/// Where a clip goes and what its files are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Name of the clip, unique in the dataset.
    pub(crate) name: String,
    /// Its folder below the root, with `/` between its parts.
    pub(crate) folder: String,
    /// The subject as the annotation file (or folder) spells it.
    pub(crate) subject: String,
    /// Number in the name of the first frame.
    pub(crate) first_frame: u64,
}
