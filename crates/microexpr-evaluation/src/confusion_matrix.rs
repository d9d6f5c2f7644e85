//! Scores of predictions, pooled over all folds.

use serde::{Deserialize, Serialize};

use crate::EvaluationError;

/// Counts of predictions: row = true class, column = predicted class.
///
/// Add the predictions of all folds to one matrix and score that: the mean of per-fold scores is another,
/// smaller number.
///
/// # Example
///
/// ```
/// use microexpr_evaluation::ConfusionMatrix;
///
/// let matrix = ConfusionMatrix::of(2, &[0, 0, 0, 1], &[0, 0, 1, 1])?;
/// assert_eq!(matrix.accuracy(), 0.75);
/// assert_eq!(matrix.uar(), (2.0 / 3.0 + 1.0) / 2.0);
/// # Ok::<(), microexpr_evaluation::EvaluationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Vec<u64>>", into = "Vec<Vec<u64>>")]
pub struct ConfusionMatrix {
    counts: Vec<Vec<u64>>,
}

/// Scores of one class, each in `0..=1`; a class with nothing to count scores 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    /// Clips that truly are of the class.
    pub support: u64,
    /// `TP / (TP + FP)`.
    pub precision: f64,
    /// `TP / (TP + FN)`.
    pub recall: f64,
    /// `2·TP / (2·TP + FP + FN)`.
    pub f1: f64,
}

impl ConfusionMatrix {
    /// An empty matrix.
    #[must_use]
    pub fn new(classes: usize) -> Self {
        Self { counts: vec![vec![0; classes]; classes] }
    }

    /// The matrix of paired true and predicted classes.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Size`] if the lists differ in length, [`EvaluationError::UnknownClass`].
    pub fn of(classes: usize, truth: &[usize], predicted: &[usize]) -> Result<Self, EvaluationError> {
        if truth.len() != predicted.len() {
            let (expected, found) = (truth.len(), predicted.len());
            return Err(EvaluationError::Size { what: "predictions", expected, found });
        }
        let mut matrix = Self::new(classes);
        for (truth, predicted) in truth.iter().zip(predicted) {
            matrix.add(*truth, *predicted)?;
        }
        Ok(matrix)
    }

    /// The matrix of always predicting the most frequent class (the first of several): what a result must
    /// beat.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::UnknownClass`].
    pub fn majority_baseline(classes: usize, truth: &[usize]) -> Result<Self, EvaluationError> {
        let count = |class: usize| truth.iter().filter(|t| **t == class).count();
        let majority = (0..classes).rev().max_by_key(|class| count(*class)).unwrap_or(0);
        Self::of(classes, truth, &vec![majority; truth.len()])
    }

    /// Counts one prediction.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::UnknownClass`].
    pub fn add(&mut self, truth: usize, predicted: usize) -> Result<(), EvaluationError> {
        let classes = self.classes();
        if let Some(found) = [truth, predicted].into_iter().find(|class| *class >= classes) {
            return Err(EvaluationError::UnknownClass { found, classes });
        }
        self.counts[truth][predicted] += 1;
        Ok(())
    }

    /// Adds the counts of another matrix, for instance of another fold.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::Size`] if it has another number of classes.
    pub fn merge(&mut self, other: &Self) -> Result<(), EvaluationError> {
        if self.classes() != other.classes() {
            let (expected, found) = (self.classes(), other.classes());
            return Err(EvaluationError::Size { what: "classes of a confusion matrix", expected, found });
        }
        for (count, more) in self.counts.iter_mut().flatten().zip(other.counts.iter().flatten()) {
            *count += more;
        }
        Ok(())
    }

    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.counts.len()
    }

    /// The counts `[true class][predicted class]`.
    #[must_use]
    pub fn counts(&self) -> &[Vec<u64>] {
        &self.counts
    }

    /// Number of predictions.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().flatten().sum()
    }

    /// Number of correct predictions.
    #[must_use]
    pub fn correct(&self) -> u64 {
        (0..self.classes()).map(|c| self.counts[c][c]).sum()
    }

    /// Share of correct predictions; 0 if there are none.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        ratio(self.correct(), self.total())
    }

    /// Precision, recall and F1 of every class.
    #[must_use]
    pub fn per_class(&self) -> Vec<ClassScores> {
        let scores = |class: usize| {
            let hits = self.counts[class][class];
            let support = self.counts[class].iter().sum();
            let predicted = self.counts.iter().map(|row| row[class]).sum();
            ClassScores {
                support,
                precision: ratio(hits, predicted),
                recall: ratio(hits, support),
                f1: ratio(2 * hits, support + predicted),
            }
        };
        (0..self.classes()).map(scores).collect()
    }

    /// Unweighted F1: the mean of the classes' F1 (scikit-learn's macro F1).
    ///
    /// Source: J. See et al., "MEGC 2019 – The Second Facial Micro-Expressions Grand Challenge", FG 2019.
    #[must_use]
    pub fn uf1(&self) -> f64 {
        self.mean_over_classes(|scores| scores.f1)
    }

    /// Unweighted average recall: the mean of the classes' recall (balanced accuracy).
    #[must_use]
    pub fn uar(&self) -> f64 {
        self.mean_over_classes(|scores| scores.recall)
    }

    fn mean_over_classes(&self, score: fn(&ClassScores) -> f64) -> f64 {
        let scores = self.per_class();
        scores.iter().map(score).sum::<f64>() / scores.len().max(1) as f64
    }
}

impl TryFrom<Vec<Vec<u64>>> for ConfusionMatrix {
    type Error = EvaluationError;

    fn try_from(counts: Vec<Vec<u64>>) -> Result<Self, EvaluationError> {
        let expected = counts.len();
        match counts.iter().find(|row| row.len() != expected) {
            Some(row) => Err(EvaluationError::Size {
                what: "columns of a confusion matrix",
                expected,
                found: row.len(),
            }),
            None => Ok(Self { counts }),
        }
    }
}

impl From<ConfusionMatrix> for Vec<Vec<u64>> {
    fn from(matrix: ConfusionMatrix) -> Self {
        matrix.counts
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
