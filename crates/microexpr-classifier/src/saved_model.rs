use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;

use burn::module::AutodiffModule;
use burn::prelude::*;
use burn::tensor::backend::AutodiffBackend;
use burn_store::{ModuleSnapshot, SafetensorsStore};
use microexpr_core::atomic_file;
use microexpr_gnn::{GraphBackend, SeededRng, TwoStreamModel};
use safetensors::{Dtype, SafeTensors};

use crate::committee::Committee;
use crate::device::OnBackend;
use crate::training::{Sample, train};
use crate::{ClassifierError, ModelDescription, Settings};

/// Key of the description in the file's metadata.
const KEY: &str = "microexpr";

/// A network and its description: weights in full precision in the safetensors format, the description in its metadata. Equal
/// trainings give equal files.
#[derive(Clone)]
pub struct SavedModel {
    /// Everything but the weights.
    pub description: ModelDescription,
    weights: Vec<u8>,
}

impl fmt::Debug for SavedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedModel").field("description", &self.description).finish_non_exhaustive()
    }
}

impl SavedModel {
    /// Takes the networks' weights.
    pub(crate) fn of<B: Backend>(
        model: &Committee<B>,
        description: ModelDescription,
    ) -> Result<Self, ClassifierError> {
        let failed = |reason: String| ClassifierError::EncodeModel { reason };
        let mut store = SafetensorsStore::from_bytes(None);
        model.save_into(&mut store).map_err(|e| failed(e.to_string()))?;
        let written = store.get_bytes().map_err(|e| failed(e.to_string()))?;
        // The store writes tensors and metadata in an order of chance: the same again, in the order of the names.
        let text = serde_json::to_string(&description).map_err(ClassifierError::EncodeSettings)?;
        let read = SafeTensors::deserialize(&written).map_err(|e| failed(e.to_string()))?;
        let tensors: BTreeMap<String, _> = read.tensors().into_iter().collect();
        check_finite(&read)?;
        let metadata = HashMap::from([(KEY.to_owned(), text)]);
        let weights = safetensors::serialize(tensors, Some(metadata)).map_err(|e| failed(e.to_string()))?;
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
    /// this program, describes a network that cannot be, or holds other weights than it describes.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ClassifierError> {
        let path = path.as_ref();
        let weights = std::fs::read(path)
            .map_err(|source| ClassifierError::ReadFile { path: path.to_owned(), source })?;
        Self::read(weights).map_err(|reason| ClassifierError::InvalidModel { path: path.to_owned(), reason })
    }

    fn read(weights: Vec<u8>) -> Result<Self, String> {
        let (_, header) = SafeTensors::read_metadata(&weights).map_err(|e| e.to_string())?;
        let metadata: HashMap<String, String> = header.metadata().clone().unwrap_or_default();
        let text = metadata.get(KEY).ok_or_else(|| format!("its metadata has no entry `{KEY}`"))?;
        let description: ModelDescription = serde_json::from_str(text).map_err(|e| e.to_string())?;
        description.check()?;
        let tensors = SafeTensors::deserialize(&weights).map_err(|e| e.to_string())?;
        let mut values = 0usize;
        for (name, tensor) in tensors.tensors() {
            if tensor.dtype() != Dtype::F32 {
                return Err(format!("the tensor {name} holds {:?}, expected F32", tensor.dtype()));
            }
            values += tensor.shape().iter().product::<usize>();
        }
        // Before the networks are made: what they would at least need must be there.
        let least = description.least_values();
        if values < least {
            return Err(format!("it holds {values} weights, the networks it describes have {least} or more"));
        }
        if let Some(all) = description.values_without_layers().filter(|all| *all != values) {
            return Err(format!(
                "it holds {values} weights, the networks without layers it describes have {all}"
            ));
        }
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

/// Refuses weights that are no numbers.
fn check_finite(tensors: &SafeTensors<'_>) -> Result<(), ClassifierError> {
    for (name, tensor) in tensors.tensors() {
        let mut values = tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        if let Some(value) = values.find(|value| !value.is_finite()) {
            return Err(ClassifierError::DivergedWeight { name, value });
        }
    }
    Ok(())
}

/// Training on all examples, on any backend.
pub(crate) struct Training<'a> {
    pub(crate) samples: &'a [Sample<'a>],
    pub(crate) classes: Vec<String>,
    pub(crate) settings: &'a Settings,
    pub(crate) seed: u64,
    pub(crate) trained_on: String,
    /// Called after every epoch.
    pub(crate) step_done: &'a mut dyn FnMut(),
}

impl OnBackend for Training<'_> {
    type Output = Result<SavedModel, ClassifierError>;

    fn run<B>(self, device: &B::Device) -> Self::Output
    where
        B: AutodiffBackend + GraphBackend,
        B::InnerBackend: GraphBackend,
    {
        let mut epoch_done = |_: &TwoStreamModel<B>, _| {
            (self.step_done)();
            Ok(())
        };
        let Settings { model, training, pipeline, .. } = self.settings;
        let classes = self.classes.len();
        let trained = train::<B>(self.samples, classes, model, training, self.seed, device, &mut epoch_done)?;
        let first = self.samples.first().ok_or(ClassifierError::NoTrainingClips)?.graph;
        // The loss of the last epoch was measured before its last step.
        let alone = std::slice::from_ref(first);
        let answer =
            trained.committee.valid().probabilities(alone, trained.standardisation, model.columns, device)?;
        if let Some(loss) = answer.iter().copied().find(|probability| !probability.is_finite()) {
            return Err(ClassifierError::Diverged { epoch: training.epochs, loss });
        }
        let description = ModelDescription {
            classes: self.classes,
            pipeline: pipeline.clone(),
            model: model.clone(),
            networks: training.networks,
            standardisation: trained.standardisation,
            node_features: model.input_widths(&first.graph),
            trained_on: self.trained_on,
        };
        SavedModel::of(&trained.committee, description)
    }
}
