use std::path::{Path, PathBuf};

use microexpr_core::atomic_file;
use microexpr_evaluation::{Evaluation, EvaluationPart};
use serde::{Deserialize, Serialize};

use crate::key_frames::joined;
use crate::{ClassifierError, KeyFrames, confusion_figure, loss_figure, report};

/// What came of an experiment, or of any evaluation that is to have a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Scores and predictions.
    pub evaluation: Evaluation,
    /// Pictures of clips that were answered wrongly, if there are pictures.
    pub key_frames: Vec<KeyFrames>,
}

/// A share of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomePart {
    /// The folds of the share.
    #[serde(flatten)]
    pub part: EvaluationPart,
    /// Pictures of the share's clips that were answered wrongly with the highest probability.
    #[serde(default)]
    pub key_frames: Vec<KeyFrames>,
}

impl From<Evaluation> for Outcome {
    fn from(evaluation: Evaluation) -> Self {
        Self { evaluation, key_frames: Vec::new() }
    }
}

impl Outcome {
    /// Joins all shares; a whole experiment is a single share.
    ///
    /// # Errors
    ///
    /// Those of [`Evaluation::merge`].
    pub fn merge(parts: Vec<OutcomePart>) -> Result<Self, ClassifierError> {
        let (parts, key_frames): (Vec<_>, Vec<_>) =
            parts.into_iter().map(|part| (part.part, part.key_frames)).unzip();
        Ok(Self {
            evaluation: Evaluation::merge(parts)?,
            key_frames: joined(key_frames.into_iter().flatten()),
        })
    }

    /// Writes `results.json`, `predictions.csv`, `report.html` and the pictures into `folder`; the course of the loss only if the
    /// learner tells it.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Core`] or [`ClassifierError::Picture`] naming the file.
    pub fn write(&self, folder: &Path) -> Result<(), ClassifierError> {
        let evaluation = &self.evaluation;
        evaluation.write_results(folder)?;
        write_picture(folder.join("confusion_matrix.svg"), confusion_figure::confusion_matrix(evaluation))?;
        if evaluation.folds.iter().any(|fold| !fold.log.losses.is_empty()) {
            write_picture(folder.join("training_loss.svg"), loss_figure::training_loss(evaluation))?;
        }
        Ok(atomic_file::write(folder.join("report.html"), report::html(self).as_bytes())?)
    }
}

impl OutcomePart {
    /// Writes the share into `folder` under [`Shard::file_name`](microexpr_evaluation::Shard::file_name), whole or not at all.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Core`] naming the file.
    pub fn write(&self, folder: &Path) -> Result<(), ClassifierError> {
        let json = serde_json::to_vec_pretty(self).map_err(ClassifierError::EncodeSettings)?;
        Ok(atomic_file::write(folder.join(self.part.shard.file_name()), &json)?)
    }

    /// Reads a share.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::ReadFile`], [`ClassifierError::InvalidPart`] naming the file.
    pub fn read(path: &Path) -> Result<Self, ClassifierError> {
        let bytes = std::fs::read(path)
            .map_err(|source| ClassifierError::ReadFile { path: path.to_owned(), source })?;
        serde_json::from_slice(&bytes)
            .map_err(|source| ClassifierError::InvalidPart { path: path.to_owned(), source })
    }
}

fn write_picture(path: PathBuf, svg: Result<String, String>) -> Result<(), ClassifierError> {
    match svg {
        Ok(svg) => Ok(atomic_file::write(path, svg.as_bytes())?),
        Err(reason) => Err(ClassifierError::Picture { path, reason }),
    }
}
