use std::path::Path;

use microexpr_core::atomic_file;
use microexpr_data::SkippedClip;
use serde::{Deserialize, Serialize};

use crate::evaluation::Timing;
use crate::key_frames::joined;
use crate::{ClassifierError, FoldResult, KeyFrames, PaperProtocol, Settings, Shard};

/// What every share of an evaluation has in common; shares with different plans are not merged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Name of the protocol.
    pub protocol: String,
    /// Names of the classes in the order of all lists.
    pub classes: Vec<String>,
    /// All folds of the evaluation: seed, and what is held out.
    pub jobs: Vec<(u64, String)>,
    /// Clips that could not be used, and why.
    pub skipped: Vec<SkippedClip>,
    /// What looked wrong but stopped nothing.
    pub warnings: Vec<String>,
    /// The paper's protocol that this repeats, if the data are complete.
    #[serde(default)]
    pub paper_protocol: Option<PaperProtocol>,
    /// What it was computed with.
    pub settings: Settings,
}

/// The folds of one [`Shard`] of an evaluation; [`Evaluation::merge`](crate::Evaluation::merge) joins all shares to a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvaluationPart {
    /// Which share it is.
    pub shard: Shard,
    /// What the evaluation as a whole consists of.
    pub plan: Plan,
    /// The finished folds of this share.
    pub folds: Vec<FoldResult>,
    /// Pictures of this share's clips that were answered wrongly with the highest probability.
    #[serde(default)]
    pub key_frames: Vec<KeyFrames>,
    /// Time spent on this share.
    pub timing: Timing,
}

impl EvaluationPart {
    /// Writes the share into `folder` under [`Shard::file_name`], whole or not at all.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Core`] naming the file.
    pub fn write(&self, folder: &Path) -> Result<(), ClassifierError> {
        let json = serde_json::to_vec_pretty(self).map_err(ClassifierError::EncodeSettings)?;
        Ok(atomic_file::write(folder.join(self.shard.file_name()), &json)?)
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

/// All shares as one: folds in the order of the plan; time adds up.
pub(crate) fn join(parts: Vec<EvaluationPart>) -> Result<EvaluationPart, ClassifierError> {
    let mut parts = parts.into_iter();
    let EvaluationPart { shard, plan, mut folds, mut key_frames, mut timing } =
        parts.next().ok_or(ClassifierError::NoParts)?;
    for part in parts {
        if part.plan != plan {
            return Err(ClassifierError::PartsDiffer { first: shard, other: part.shard });
        }
        folds.extend(part.folds);
        key_frames.extend(part.key_frames);
        timing += part.timing;
    }
    let place = |folds: &[FoldResult], (seed, held_out): &(u64, String)| {
        folds.iter().position(|f| f.seed == *seed && f.held_out == *held_out)
    };
    let missing: Vec<_> = plan.jobs.iter().filter(|job| place(&folds, job).is_none()).collect();
    if let Some((seed, held_out)) = missing.first() {
        let (held_out, seed, missing) = (held_out.clone(), *seed, missing.len());
        return Err(ClassifierError::MissingFolds { missing, total: plan.jobs.len(), held_out, seed });
    }
    let ordered = plan.jobs.iter().filter_map(|job| place(&folds, job).map(|at| folds.swap_remove(at)));
    let folds = ordered.collect();
    Ok(EvaluationPart { shard: Shard::WHOLE, plan, folds, key_frames: joined(key_frames), timing })
}
