//! What each part of the method is worth: the same evaluation without it (the paper's Tables 4 and 5, and more).

mod page;
mod table;
mod variant;

use std::path::Path;

use microexpr_core::atomic_file;
use microexpr_evaluation::{ComparedClips, Comparison, Evaluation, ScoreIntervals, Scores};
use serde::Serialize;

use crate::summary::left_out;
use crate::{ClassifierError, PaperProtocol, PaperScores};

pub use variant::Variant;

/// Evaluations of all variants of one or several presets, side by side: what `ablation.json` holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Ablation {
    /// One row per preset and variant, in the order they were added.
    pub rows: Vec<AblationRow>,
}

/// The outcome of one variant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AblationRow {
    /// Name of the settings it starts from.
    pub preset: String,
    /// What was left out.
    pub variant: Variant,
    /// Folder of its evaluation, relative to the ablation's.
    pub folder: String,
    /// Name of the protocol.
    pub protocol: String,
    /// Clips tested.
    pub clips: usize,
    /// Subjects tested.
    pub subjects: usize,
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Mean of the seeds' pooled scores.
    #[serde(flatten)]
    pub scores: Scores,
    /// Standard deviation of the seeds' scores.
    pub deviation: Scores,
    /// 95 % bootstrap intervals over subjects.
    pub intervals: ScoreIntervals,
    /// Scores of always answering the most frequent class.
    pub majority_baseline: Scores,
    /// McNemar's test: the full model of the same preset is the first, this variant the second. On the clips that both have.
    pub against_full: Option<Comparison>,
    /// The paper's figures of the same variant, on the real data.
    pub paper: Option<PaperScores>,
    /// What it was computed with.
    pub settings: serde_json::Value,
    /// Clips left out and warnings.
    pub notes: Vec<String>,
}

impl Ablation {
    /// Adds the outcome of `variant`; `full` is that of [`Variant::Full`] of the same preset, absent for itself.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Evaluation`] if the two have no clip in common.
    pub fn add(
        &mut self,
        preset: &str,
        variant: Variant,
        evaluation: &Evaluation,
        full: Option<&Evaluation>,
    ) -> Result<(), ClassifierError> {
        let compare = |full| Comparison::of(full, evaluation, ComparedClips::Common);
        self.rows.push(AblationRow {
            preset: preset.to_owned(),
            variant,
            folder: Self::folder(preset, variant),
            protocol: evaluation.protocol.clone(),
            clips: evaluation.clips,
            subjects: evaluation.subjects,
            seeds: evaluation.seeds.iter().map(|s| s.seed).collect(),
            scores: evaluation.scores,
            deviation: evaluation.deviation,
            intervals: evaluation.intervals,
            majority_baseline: evaluation.majority_baseline,
            against_full: full.map(compare).transpose()?,
            paper: PaperProtocol::of_evaluation(evaluation).and_then(|p| paper(p, variant)),
            settings: evaluation.settings.clone(),
            notes: left_out(&evaluation.skipped)
                .into_iter()
                .chain(evaluation.warnings.iter().cloned())
                .collect(),
        });
        Ok(())
    }

    /// Folder of a variant's evaluation, relative to the ablation's.
    #[must_use]
    pub fn folder(preset: &str, variant: Variant) -> String {
        format!("{preset}/{}", variant.name())
    }

    /// Writes `ablation.json` and `ablation.html` into `folder`.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Core`] naming the file.
    pub fn write(&self, folder: &Path) -> Result<(), ClassifierError> {
        let json = serde_json::to_vec_pretty(self).map_err(ClassifierError::EncodeSettings)?;
        atomic_file::write(folder.join("ablation.json"), &json)?;
        Ok(atomic_file::write(folder.join("ablation.html"), page::html(self).as_bytes())?)
    }

    /// The table for the terminal.
    #[must_use]
    pub fn table(&self) -> String {
        table::text(self)
    }

    /// Clips left out and warnings of all rows, each once.
    fn notes(&self) -> Vec<&str> {
        let mut notes: Vec<&str> = Vec::new();
        for note in self.rows.iter().flat_map(|row| &row.notes) {
            if !notes.contains(&note.as_str()) {
                notes.push(note);
            }
        }
        notes
    }
}

/// The paper has figures of its full network and of self-attention alone.
fn paper(protocol: PaperProtocol, variant: Variant) -> Option<PaperScores> {
    match variant {
        Variant::Full => Some(protocol.figures().multi_attention),
        Variant::SelfAttention => protocol.figures().self_attention,
        _ => None,
    }
}
