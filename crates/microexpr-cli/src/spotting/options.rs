//! Options that the programs which spot have in common.

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Args;
use microexpr::landmarks::{FaceLandmarker, LandmarkerParams};

use super::truth::Truth;
use crate::shared::input::InputOptions;

/// A recording, or a folder of some, the model by which its faces are found, and where results go.
#[derive(Debug, Args)]
pub(crate) struct SpottingOptions {
    #[command(flatten)]
    pub(crate) recording: InputOptions,
    /// Folder for the results
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Landmark model: a file in dlib's format, `mesh`, or `generated-faces` [default: $MICROEXPR_LANDMARK_MODEL, else mesh]
    #[arg(long, value_name = "FILE|mesh")]
    pub(crate) landmark_model: Option<PathBuf>,
}

impl SpottingOptions {
    /// What finds faces, and the folder for the results is there.
    pub(crate) fn start(&self) -> Result<FaceLandmarker, Box<dyn Error>> {
        let landmarker = FaceLandmarker::open(self.landmark_model.as_deref(), LandmarkerParams::default())?;
        std::fs::create_dir_all(&self.out).map_err(|error| format!("{}: {error}", self.out.display()))?;
        Ok(landmarker)
    }

    /// `intervals.csv`.
    pub(crate) fn intervals(&self) -> PathBuf {
        self.out.join("intervals.csv")
    }
}

/// What is known of the recordings.
#[derive(Debug, Args)]
pub(crate) struct TruthOptions {
    /// True intervals, for F1 by MEGC's rule: CSV with the columns recording, kind, onset, apex, offset, or the workbook of SAMM Long
    /// Videos or CAS(ME)²
    #[arg(long, value_name = "FILE.csv|FILE.xlsx")]
    truth: Option<PathBuf>,
}

impl TruthOptions {
    pub(crate) fn read(&self) -> Result<Option<Truth>, Box<dyn Error>> {
        self.path().map(Truth::read).transpose()
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        self.truth.as_deref()
    }
}
