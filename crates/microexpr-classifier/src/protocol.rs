use microexpr_data::{Dataset, Fold, cross_dataset, loso, subject_k_fold};
use serde::{Deserialize, Serialize};

use crate::ClassifierError;
use crate::prepare::LabelledClip;

/// How clips are split into training and test; never by anything but subject or dataset.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Protocol {
    /// Leave one subject out: as many folds as subjects. Over several datasets together this is the composite protocol
    /// of MEGC 2019: equal names in two datasets are two subjects.
    #[default]
    Loso,
    /// Subject-wise k-fold, for large sets.
    SubjectKFold {
        /// Number of folds.
        folds: usize,
        /// Decides who is in which.
        seed: u64,
    },
    /// Train on one dataset, test on another (the paper's Table 6): one fold.
    CrossDataset {
        /// Learned from.
        train: Dataset,
        /// Tested on.
        test: Dataset,
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

    /// The folds over `clips`: split first, augmented after, so that no magnified copy crosses a split.
    pub(crate) fn folds(&self, clips: &[LabelledClip<'_>]) -> Result<Vec<Fold>, ClassifierError> {
        let subjects: Vec<String> = clips.iter().map(|c| c.record.subject_id()).collect();
        match self {
            Self::Loso => at_least_two(loso(&subjects)),
            Self::SubjectKFold { folds, seed } => at_least_two(subject_k_fold(&subjects, *folds, *seed)),
            Self::CrossDataset { train, test } => {
                let datasets: Vec<&Dataset> = clips.iter().map(|c| &c.record.dataset).collect();
                Ok(vec![cross_dataset(&datasets, &train, &test)?])
            }
        }
    }
}

fn at_least_two(folds: Vec<Fold>) -> Result<Vec<Fold>, ClassifierError> {
    if folds.len() < 2 {
        return Err(ClassifierError::TooFewSubjects { found: folds.len() });
    }
    Ok(folds)
}
