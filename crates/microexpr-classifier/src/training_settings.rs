use microexpr_core::OutOfRange;
use microexpr_evaluation::COPY_ALPHAS;
use serde::{Deserialize, Serialize};

/// How rare classes weigh in the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassWeights {
    /// All samples weigh the same.
    #[default]
    Equal,
    /// Every class weighs the same in total.
    Balanced,
}

/// Settings of training; the defaults follow the paper, which states Adam, its rate and the loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainingSettings {
    /// Passes over the training clips; the last one's weights are used.
    pub epochs: usize,
    /// Networks that are trained from different initial weights and whose mean probabilities are the answer; the paper's
    /// is 1.
    pub networks: usize,
    /// Graphs per step.
    pub batch_size: usize,
    /// Adam's constant rate.
    pub learning_rate: f64,
    /// Share of every weight, times the rate, that a step takes away (decoupled weight decay, AdamW); 0 is Adam.
    pub weight_decay: f32,
    /// How rare classes weigh in the loss.
    pub class_weights: ClassWeights,
    /// Magnifications from which copies of rare-class training clips are drawn until the classes are balanced; empty
    /// for no copies.
    pub augmentation_alphas: Vec<f64>,
}

impl Default for TrainingSettings {
    fn default() -> Self {
        Self {
            epochs: 100,
            networks: 1,
            batch_size: 32,
            learning_rate: 1e-3,
            weight_decay: 0.0,
            class_weights: ClassWeights::Equal,
            augmentation_alphas: COPY_ALPHAS.to_vec(),
        }
    }
}

impl TrainingSettings {
    /// Refuses what no run can go on with.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let Self { epochs, networks, batch_size, .. } = *self;
        OutOfRange::unless((1..=1_000_000).contains(&epochs), "epochs", "1 to 1000000", epochs)?;
        OutOfRange::unless((1..=1000).contains(&networks), "networks", "1 to 1000", networks)?;
        OutOfRange::unless((1..=1_000_000).contains(&batch_size), "batch_size", "1 to 1000000", batch_size)?;
        let rate = self.learning_rate;
        OutOfRange::unless(rate.is_finite() && rate > 0.0, "learning_rate", "a positive number", rate)?;
        let decay = self.weight_decay;
        OutOfRange::unless(decay.is_finite() && decay >= 0.0, "weight_decay", "0 or more", decay)?;
        let alphas = &self.augmentation_alphas;
        let finite = alphas.iter().all(|a| a.is_finite());
        OutOfRange::unless(finite, "augmentation_alphas", "finite numbers", format!("{alphas:?}"))
    }
}
