use std::collections::BTreeMap;

use burn::prelude::*;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};

use super::layer::Absence;
use super::{PygLayer, PygTensor, Tensors};
use crate::GnnError;

/// Tensors by the names that PyTorch gives them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StateDict {
    tensors: Tensors,
}

impl StateDict {
    /// Without tensors.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a file that Python's `safetensors.torch.save_file(model.state_dict(), …)` wrote, in single or double precision.
    ///
    /// # Errors
    ///
    /// [`GnnError::Weights`] if it is no such file, or holds other numbers.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, GnnError> {
        let file = SafeTensors::deserialize(bytes).map_err(|e| failed(&e))?;
        let tensor = |(name, view): (String, TensorView<'_>)| {
            let values = values(&view)
                .ok_or_else(|| failed(&format_args!("{name} holds {:?}, not F32 or F64", view.dtype())))?;
            Ok((name, PygTensor { shape: view.shape().to_vec(), values }))
        };
        let tensors = file.tensors().into_iter().map(tensor).collect::<Result<_, GnnError>>()?;
        Ok(Self { tensors })
    }

    /// A file for Python's `model.load_state_dict(safetensors.torch.load_file(…))`. The same tensors give the same bytes.
    ///
    /// # Errors
    ///
    /// [`GnnError::Weights`] if the tensors cannot be written.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, GnnError> {
        let bytes: BTreeMap<&str, Vec<u8>> = self
            .tensors
            .iter()
            .map(|(name, tensor)| {
                (name.as_str(), tensor.values.iter().flat_map(|v| v.to_le_bytes()).collect())
            })
            .collect();
        let view = |(name, bytes)| {
            let shape = self.tensors[name].shape.clone();
            Ok((name, TensorView::new(Dtype::F32, shape, bytes).map_err(|e| failed(&e))?))
        };
        let views =
            bytes.iter().map(|(name, bytes)| view((*name, bytes))).collect::<Result<Vec<_>, GnnError>>()?;
        serialize(views, None).map_err(|e| failed(&e))
    }

    /// The names of the tensors that have not been loaded yet.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// A tensor that has not been loaded yet.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&PygTensor> {
        self.tensors.get(name)
    }

    /// Takes a tensor out that is not to be loaded.
    pub fn remove(&mut self, name: &str) -> Option<PygTensor> {
        self.tensors.remove(name)
    }

    /// Fills a layer with the tensors under `prefix` (`conv1` for `conv1.lin.weight`; empty for a file of one layer), and
    /// takes them out.
    ///
    /// # Errors
    ///
    /// [`GnnError::Weights`] if a tensor is missing, has another shape, or is there but unknown to the layer; the layer is
    /// then as it was.
    pub fn load<B: Backend>(&mut self, prefix: &str, layer: &mut impl PygLayer<B>) -> Result<(), GnnError> {
        let mut tensors = self.under(prefix);
        let found: Vec<String> = tensors.keys().cloned().collect();
        let mut filled = layer.clone();
        filled.adapt(&mut tensors);
        for parameter in filled.named() {
            let values = match (tensors.remove(&parameter.name), parameter.absence) {
                (Some(tensor), _) if tensor.shape == parameter.shape => tensor.values,
                (Some(tensor), _) => {
                    let (name, shape) = (&parameter.name, &parameter.shape);
                    let reason = format_args!("{prefix}: {name} is {:?}, not {shape:?}", tensor.shape);
                    return Err(failed(&reason));
                }
                (None, Absence::Zero) => vec![0.0; parameter.shape.iter().product()],
                (None, Absence::Error) => {
                    let name = &parameter.name;
                    return Err(failed(&format_args!("{prefix}: {name} is missing among {found:?}")));
                }
            };
            parameter.write(values);
        }
        if let Some(name) = tensors.keys().next() {
            return Err(failed(&format_args!("{prefix}: the layer has nothing called {name}")));
        }
        for name in found {
            self.tensors.remove(&joined(prefix, &name));
        }
        *layer = filled;
        Ok(())
    }

    /// Takes a layer's parameters in under `prefix`.
    pub fn store<B: Backend>(&mut self, prefix: &str, layer: &impl PygLayer<B>) {
        let mut tensors: Tensors = layer
            .clone()
            .named()
            .iter()
            .map(|parameter| (parameter.name.clone(), parameter.read()))
            .collect();
        layer.complete(&mut tensors);
        self.tensors.extend(tensors.into_iter().map(|(name, tensor)| (joined(prefix, &name), tensor)));
    }

    /// Whether every tensor has been loaded.
    ///
    /// # Errors
    ///
    /// [`GnnError::Weights`] naming those that have not.
    pub fn finish(self) -> Result<(), GnnError> {
        if self.tensors.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = self.names().collect();
        Err(failed(&format_args!("nothing asked for {}", names.join(", "))))
    }

    /// The tensors under `prefix` by the rest of their names.
    fn under(&self, prefix: &str) -> Tensors {
        let rest = |name: &str| {
            if prefix.is_empty() {
                return Some(name.to_owned());
            }
            Some(name.strip_prefix(prefix)?.strip_prefix('.')?.to_owned())
        };
        self.tensors.iter().filter_map(|(name, tensor)| Some((rest(name)?, tensor.clone()))).collect()
    }
}

fn joined(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

fn values(view: &TensorView<'_>) -> Option<Vec<f32>> {
    let bytes = view.data();
    match view.dtype() {
        Dtype::F32 => Some(bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect()),
        Dtype::F64 => Some(bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b) as f32).collect()),
        _ => None,
    }
}

fn failed(reason: &dyn std::fmt::Display) -> GnnError {
    GnnError::Weights { reason: reason.to_string() }
}
