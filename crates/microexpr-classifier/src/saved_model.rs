use std::collections::HashMap;
use std::path::Path;

use burn::prelude::*;
use burn_store::{ModuleSnapshot, SafetensorsStore};
use microexpr_core::atomic_file;
use microexpr_gnn::SeededRng;
use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};

use crate::committee::Committee;
use crate::{ClassifierError, ModelSettings, PipelineSettings, Standardisation};

/// Key of the description in the file's metadata.
const KEY: &str = "microexpr";

/// What a saved network needs beside its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelDescription {
    /// Names of the classes in the order of the scores.
    pub classes: Vec<String>,
    /// How clips become graphs.
    pub pipeline: PipelineSettings,
    /// The network.
    pub model: ModelSettings,
    /// How many of them answer together.
    pub networks: usize,
    /// Mean and deviation of the training clips' flow patches.
    pub standardisation: Standardisation,
    /// Width of the node features of both streams.
    pub node_features: [usize; 2],
    /// What it was trained on, in words.
    pub trained_on: String,
}

/// A network and its description: weights in full precision in the safetensors format, the description in its metadata.
#[derive(Debug, Clone)]
pub struct SavedModel {
    /// Everything but the weights.
    pub description: ModelDescription,
    weights: Vec<u8>,
}

impl SavedModel {
    /// Takes the networks' weights.
    pub(crate) fn of<B: Backend>(
        model: &Committee<B>,
        description: ModelDescription,
    ) -> Result<Self, ClassifierError> {
        let text = serde_json::to_string(&description).map_err(ClassifierError::EncodeSettings)?;
        let mut store = SafetensorsStore::from_bytes(None).metadata(KEY, text);
        let failed = |reason: String| ClassifierError::EncodeModel { reason };
        model.save_into(&mut store).map_err(|e| failed(e.to_string()))?;
        let weights = store.get_bytes().map_err(|e| failed(e.to_string()))?;
        Ok(Self { description, weights })
    }

    /// Writes the model as one file, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::Core`] naming the file.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), ClassifierError> {
        Ok(atomic_file::write(path, &self.weights)?)
    }

    /// Reads a model file.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::ReadFile`] if it cannot be read, [`ClassifierError::InvalidModel`] if it is not a model of
    /// this program.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ClassifierError> {
        let path = path.as_ref();
        let weights = std::fs::read(path)
            .map_err(|source| ClassifierError::ReadFile { path: path.to_owned(), source })?;
        let invalid = |reason: String| ClassifierError::InvalidModel { path: path.to_owned(), reason };
        let (_, header) = SafeTensors::read_metadata(&weights).map_err(|e| invalid(e.to_string()))?;
        let metadata: HashMap<String, String> = header.metadata().clone().unwrap_or_default();
        let text = metadata.get(KEY).ok_or_else(|| invalid(format!("its metadata has no entry `{KEY}`")))?;
        let description: ModelDescription = serde_json::from_str(text).map_err(|e| invalid(e.to_string()))?;
        SafeTensors::deserialize(&weights).map_err(|e| invalid(e.to_string()))?;
        Ok(Self { description, weights })
    }

    /// The networks on a device.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::EncodeModel`] if the weights do not fit the described network.
    pub(crate) fn committee<B: Backend>(&self, device: &B::Device) -> Result<Committee<B>, ClassifierError> {
        let config =
            self.description.model.network(self.description.node_features, self.description.classes.len());
        let start = || config.init(device, &mut SeededRng::new(0));
        let mut model = Committee { networks: (0..self.description.networks).map(|_| start()).collect() };
        let mut store = SafetensorsStore::from_bytes(Some(self.weights.clone()));
        model.load_from(&mut store).map_err(|e| ClassifierError::EncodeModel { reason: e.to_string() })?;
        Ok(model)
    }
}
