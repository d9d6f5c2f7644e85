use microexpr_core::{Digest, OutOfRange};
use microexpr_pipeline::{FlowMapParams, LandmarkSource, PipelineSettings};
use serde::{Deserialize, Serialize};

use crate::{ClassifierError, InnerValidation, LastLayer, ModelSettings, TrainingSettings};

/// Everything that decides a result beside the data and the seed. The defaults are the paper's.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// How clips become graphs.
    pub pipeline: PipelineSettings,
    /// How flow maps become graphs, where they stand for clips.
    pub flow_maps: FlowMapParams,
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
    /// [`ClassifierError::OutOfRange`] naming the setting.
    pub fn check(&self) -> Result<(), ClassifierError> {
        self.model.check()?;
        self.training.check()?;
        let averaging = self.pipeline.averaging_s;
        let sound = averaging.is_finite() && averaging >= 0.0;
        OutOfRange::unless(sound, "averaging_s", "seconds, 0 or more", averaging)?;
        if let Some(InnerValidation { share }) = self.inner_validation {
            let trained = self.training.last_layer == LastLayer::Trained;
            let expected = "absent where the last layer is fitted after the last epoch";
            OutOfRange::unless(trained, "inner_validation", expected, "inner validation")?;
            let inside = share > 0.0 && share < 1.0;
            OutOfRange::unless(inside, "inner_validation.share", "more than 0 and less than 1", share)?;
        }
        Ok(())
    }

    /// Digest of everything that decides a result; where a landmark model lies does not.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::EncodeSettings`] if the settings hold numbers that JSON lacks.
    pub(crate) fn identity(&self) -> Result<Digest, ClassifierError> {
        let mut settings = self.clone();
        if let LandmarkSource::Model { path } = &mut settings.pipeline.landmarks {
            *path = None;
        }
        Ok(Digest::of(&serde_json::to_vec(&settings).map_err(ClassifierError::EncodeSettings)?))
    }
}
