use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

use crate::{EvaluationError, Example, Fold, cross_dataset, loso, subject_k_fold};

/// How examples are split into training and test; never by anything but subject or dataset.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Protocol {
    /// Leave one subject out: as many folds as subjects. Over several datasets together this is the composite protocol
    /// of MEGC 2019 (J. See et al., FG 2019): equal names in two datasets are two subjects.
    #[default]
    Loso,
    /// Subject-wise k-fold, for large sets.
    SubjectKFold {
        /// Number of folds, at least 2; no more than subjects are made.
        folds: usize,
        /// Decides who is in which.
        seed: u64,
    },
    /// Train on one dataset, test on another (the paper's Table 6): one fold.
    CrossDataset {
        /// Learned from.
        train: String,
        /// Tested on.
        test: String,
    },
}

impl Protocol {
    /// The protocol in words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Loso => "leave one subject out".to_owned(),
            Self::SubjectKFold { folds, seed } => format!("{folds} folds of subjects (seed {seed})"),
            Self::CrossDataset { train, test } => format!("trained on {train}, tested on {test}"),
        }
    }

    /// The folds over `examples`: split first, augmented after, so that no copy crosses a split.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::TooFewSubjects`] for less than two subjects, [`EvaluationError::Setting`] for less than two folds;
    /// those of [`cross_dataset`].
    pub fn folds(&self, examples: &[Example]) -> Result<Vec<Fold>, EvaluationError> {
        let subjects: Vec<&str> = examples.iter().map(|e| e.subject.as_str()).collect();
        match self {
            Self::Loso => at_least_two(loso(&subjects)),
            Self::SubjectKFold { folds, seed } => {
                OutOfRange::unless(*folds >= 2, "folds", "at least 2", folds)?;
                at_least_two(subject_k_fold(&subjects, *folds, *seed))
            }
            Self::CrossDataset { train, test } => {
                let datasets: Vec<&str> = examples.iter().map(|e| e.dataset.as_str()).collect();
                Ok(vec![cross_dataset(&datasets, &train.as_str(), &test.as_str())?])
            }
        }
    }
}

fn at_least_two(folds: Vec<Fold>) -> Result<Vec<Fold>, EvaluationError> {
    match folds.len() {
        0 | 1 => Err(EvaluationError::TooFewSubjects { found: folds.len() }),
        _ => Ok(folds),
    }
}
