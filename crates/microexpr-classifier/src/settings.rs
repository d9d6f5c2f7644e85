use serde::{Deserialize, Serialize};

use crate::{Attention, ClassifierError, InnerValidation, ModelSettings, PipelineSettings, TrainingSettings};

/// Everything that decides a result beside the data and the seed. The defaults are the paper's.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// How clips become graphs.
    pub pipeline: PipelineSettings,
    /// The network.
    pub model: ModelSettings,
    /// How it is trained.
    pub training: TrainingSettings,
    /// How the number of epochs is chosen inside every fold; absent for a fixed number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inner_validation: Option<InnerValidation>,
}

impl Settings {
    /// Refuses what no run can go on with, before any work is done.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Setting`] naming the setting.
    pub fn check(&self) -> Result<(), ClassifierError> {
        let (model, training) = (&self.model, &self.training);
        require("epochs", "at least 1", training.epochs, training.epochs > 0)?;
        require("networks", "at least 1", training.networks, training.networks > 0)?;
        require("batch_size", "at least 1", training.batch_size, training.batch_size > 0)?;
        let rate = training.learning_rate;
        require("learning_rate", "a positive number", rate, rate.is_finite() && rate > 0.0)?;
        require("layers", "at least 1", model.layers, model.layers > 0)?;
        require("hidden", "at least 1", model.hidden, model.hidden > 0)?;
        let shared = model.heads > 0 && model.hidden.is_multiple_of(model.heads);
        require("heads", "a divisor of the layers' width", model.heads, shared)?;
        require("embedding", "at least 1 if given", "0", model.embedding != Some(0))?;
        let averaging = self.pipeline.averaging_s;
        require("averaging_s", "seconds, 0 or more", averaging, averaging.is_finite() && averaging >= 0.0)?;
        for (name, dropout) in [("dropout", model.dropout), ("input_dropout", model.input_dropout)] {
            require(name, "at least 0 and below 1", dropout, (0.0..1.0).contains(&dropout))?;
        }
        let decay = training.weight_decay;
        require("weight_decay", "0 or more", decay, decay.is_finite() && decay >= 0.0)?;
        let ratio = model.pooling_ratio;
        require("pooling_ratio", "above 0 and at most 1", ratio, ratio > 0.0 && ratio <= 1.0)?;
        if let Attention::Fixed(lambda) = model.attention {
            require("attention", "a fixed lambda in 0..=1", lambda, (0.0..=1.0).contains(&lambda))?;
        }
        let floor = model.variance_floor;
        require("variance_floor", "a positive number", floor, floor.is_finite() && floor > 0.0)?;
        if let Some(InnerValidation { share }) = self.inner_validation {
            let inside = share > 0.0 && share < 1.0;
            require("inner_validation.share", "more than 0 and less than 1", share, inside)?;
        }
        let alphas = &training.augmentation_alphas;
        let finite = alphas.iter().all(|a| a.is_finite());
        require("augmentation_alphas", "finite numbers", format!("{alphas:?}"), finite)
    }
}

fn require(
    setting: &'static str,
    expected: &'static str,
    found: impl ToString,
    holds: bool,
) -> Result<(), ClassifierError> {
    if holds { Ok(()) } else { Err(ClassifierError::Setting { setting, expected, found: found.to_string() }) }
}
