use serde::{Deserialize, Serialize};

use crate::ConfusionMatrix;

/// Accuracy, UF1 and UAR of one confusion matrix.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Share of correct predictions.
    pub accuracy: f64,
    /// Unweighted F1: mean of the classes' F1.
    pub uf1: f64,
    /// Unweighted average recall.
    pub uar: f64,
}

impl Scores {
    /// The scores of a pooled matrix.
    #[must_use]
    pub fn of(matrix: &ConfusionMatrix) -> Self {
        Self { accuracy: matrix.accuracy(), uf1: matrix.uf1(), uar: matrix.uar() }
    }
}
