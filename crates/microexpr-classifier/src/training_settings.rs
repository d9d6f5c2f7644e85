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

/// How the weights of the last layer are found.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LastLayer {
    /// By the same steps as all others.
    #[default]
    Trained,
    /// By ridge regression after the last epoch, exactly: the class scores of the training clips, weighed by
    /// [`ClassWeights`], fit the logarithms of smoothed labels (see `ridge.rs`) at a cost of the squared weights.
    Ridge {
        /// What a unit of squared error costs, against a unit of squared weights.
        strength: f64,
    },
}

impl LastLayer {
    fn is_trained(&self) -> bool {
        *self == Self::Trained
    }
}

/// Settings of training; the defaults follow the paper, which states Adam, its rate and the loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainingSettings {
    /// Passes over the training clips. 0 for none, where nothing but the last layer is to be
    /// fitted.
    pub epochs: usize,
    /// Of how many of the last epochs the weights are averaged; 1 for the last one's weights.
    pub averaged_epochs: usize,
    /// Networks that are trained from different initial weights and whose mean probabilities are the answer; the paper's
    /// is 1.
    pub networks: usize,
    /// Graphs per step.
    pub batch_size: usize,
    /// Adam's constant rate.
    pub learning_rate: f64,
    /// Share of every weight, times the rate, that a step takes away (decoupled weight decay, AdamW); 0 is Adam.
    pub weight_decay: f32,
    /// How rare classes weigh in the loss. A step's loss is divided by the weights of its graphs, as PyTorch's is, so a step of one
    /// graph knows no weights.
    pub class_weights: ClassWeights,
    /// How the weights of the last layer are found.
    pub last_layer: LastLayer,
    /// Magnifications from which copies of rare-class training clips are drawn until the classes are balanced; empty
    /// for no copies.
    pub augmentation_alphas: Vec<f64>,
}

impl Default for TrainingSettings {
    fn default() -> Self {
        Self {
            epochs: 100,
            averaged_epochs: 1,
            networks: 1,
            batch_size: 32,
            learning_rate: 1e-3,
            weight_decay: 0.0,
            class_weights: ClassWeights::Equal,
            last_layer: LastLayer::Trained,
            augmentation_alphas: COPY_ALPHAS.to_vec(),
        }
    }
}

impl TrainingSettings {
    /// Steps that a progress counts for one network: its epochs, and the fit of its last layer.
    pub(crate) fn steps(&self) -> usize {
        self.epochs + usize::from(!self.last_layer.is_trained())
    }

    /// Refuses what no run can go on with.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let Self { epochs, networks, batch_size, .. } = *self;
        let least = usize::from(self.last_layer.is_trained());
        let expected = "1 to 1000000, or 0 where the last layer is fitted by ridge regression";
        OutOfRange::unless((least..=1_000_000).contains(&epochs), "epochs", expected, epochs)?;
        if let LastLayer::Ridge { strength } = self.last_layer {
            let positive = strength.is_finite() && strength > 0.0;
            OutOfRange::unless(positive, "last_layer", "a positive strength", strength)?;
        }
        let averaged = (1..=1000).contains(&self.averaged_epochs);
        OutOfRange::unless(averaged, "averaged_epochs", "1 to 1000", self.averaged_epochs)?;
        OutOfRange::unless((1..=1000).contains(&networks), "networks", "1 to 1000", networks)?;
        OutOfRange::unless((1..=1_000_000).contains(&batch_size), "batch_size", "1 to 1000000", batch_size)?;
        let weighed = self.class_weights == ClassWeights::Equal || batch_size > 1 || epochs == 0;
        let expected = "2 or more where classes are weighed: a step's loss is divided by its graphs' weights";
        OutOfRange::unless(weighed, "batch_size", expected, batch_size)?;
        let rate = self.learning_rate;
        OutOfRange::unless(rate.is_finite() && rate > 0.0, "learning_rate", "a positive number", rate)?;
        let decay = self.weight_decay;
        OutOfRange::unless(decay.is_finite() && decay >= 0.0, "weight_decay", "0 or more", decay)?;
        let alphas = &self.augmentation_alphas;
        let finite = alphas.iter().all(|a| a.is_finite());
        OutOfRange::unless(finite, "augmentation_alphas", "finite numbers", format!("{alphas:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_of_classes_need_steps_of_more_than_one_graph() {
        let settings =
            TrainingSettings { class_weights: ClassWeights::Balanced, ..TrainingSettings::default() };
        let refused = TrainingSettings { batch_size: 1, ..settings.clone() }.check().unwrap_err();
        assert!(
            refused.to_string().starts_with("batch_size must be 2 or more where classes are weighed"),
            "{refused}"
        );
        assert_eq!(settings.check(), Ok(()));
        // Ridge regression weighs by itself.
        let last_layer = LastLayer::Ridge { strength: 1.0 };
        let fitted = TrainingSettings { batch_size: 1, epochs: 0, last_layer, ..settings };
        assert_eq!(fitted.check(), Ok(()));
    }
}
