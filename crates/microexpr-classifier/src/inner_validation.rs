use microexpr_evaluation::{EvaluationError, Fold, inner_validation};
use serde::{Deserialize, Serialize};

/// The number of epochs is chosen inside every fold: some training subjects are held out, the network is trained on the
/// others, and the epoch that answers best on the held-out ones counts. Then the network is trained anew on all training
/// subjects for that many epochs. The fold's test subjects have no part in it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InnerValidation {
    /// Share of the training subjects that is held out, between 0 and 1; at least one subject, never all.
    pub share: f64,
}

impl Default for InnerValidation {
    fn default() -> Self {
        Self { share: 0.2 }
    }
}

impl InnerValidation {
    /// Splits the training clips (positions in `subjects`, each clip's subject) once more; `seed` decides who is held out.
    pub(crate) fn split(self, subjects: &[&str], seed: u64) -> Result<Fold, EvaluationError> {
        let all: Vec<usize> = (0..subjects.len()).collect();
        inner_validation(&all, subjects, self.share, seed)
    }
}
