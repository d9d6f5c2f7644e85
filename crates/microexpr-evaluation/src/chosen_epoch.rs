use serde::{Deserialize, Serialize};

use crate::{ConfusionMatrix, EvaluationError, largest};

/// How a fold chose its number of epochs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChosenEpoch {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// The training subjects held out to choose it.
    pub held_out: String,
    /// UF1 on their clips after every epoch.
    pub uf1: Vec<f64>,
    /// Mean cross-entropy on their clips after every epoch.
    pub loss: Vec<f64>,
}

impl ChosenEpoch {
    /// Nothing measured yet.
    #[must_use]
    pub fn new(held_out: String) -> Self {
        Self { epoch: 0, held_out, uf1: Vec::new(), loss: Vec::new() }
    }

    /// Takes the answers of one more epoch: true classes and probabilities of the held-out clips.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::UnknownClass`] if a true class has no probability.
    pub fn measure(&mut self, answers: &[(usize, Vec<f64>)]) -> Result<(), EvaluationError> {
        let classes = answers.first().map_or(0, |(_, probabilities)| probabilities.len());
        let mut matrix = ConfusionMatrix::new(classes);
        let mut loss = 0.0;
        for (truth, probabilities) in answers {
            matrix.add(*truth, largest(probabilities))?;
            loss -= probabilities[*truth].max(f64::MIN_POSITIVE).ln();
        }
        self.uf1.push(matrix.uf1());
        self.loss.push(loss / answers.len().max(1) as f64);
        self.epoch = 1 + self.best();
        Ok(())
    }

    /// Index of the epoch with the highest UF1; of several the one with the lowest loss, then the first.
    fn best(&self) -> usize {
        let better = |a: usize, b: usize| {
            self.uf1[a].total_cmp(&self.uf1[b]).then(self.loss[b].total_cmp(&self.loss[a])).is_gt()
        };
        (1..self.uf1.len()).fold(0, |best, epoch| if better(epoch, best) { epoch } else { best })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_epoch_with_the_best_uf1_is_chosen_and_the_lower_loss_among_equals() {
        let mut chosen = ChosenEpoch::new("s1".into());
        let right = |p: f64| vec![(0, vec![p, 1.0 - p]), (1, vec![1.0 - p, p])];
        for answers in [right(0.4), right(0.6), right(0.9), right(0.8), right(0.9)] {
            chosen.measure(&answers).unwrap();
        }
        assert_eq!(chosen.uf1, [0.0, 1.0, 1.0, 1.0, 1.0]);
        assert!((chosen.loss[2] + 0.9f64.ln()).abs() < 1e-12);
        assert_eq!(chosen.epoch, 3);
    }
}
