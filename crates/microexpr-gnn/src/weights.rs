//! Weights as safetensors, in full precision.

use burn::prelude::*;
use burn_store::{ModuleSnapshot, SafetensorsStore};

use crate::GnnError;

/// The weights of a module in the safetensors format. Tensors are named by the path of their field, numbers for lists:
/// `flow.layers.0.self_attention.attention`. Shapes are PyTorch's, `[output, input]` for matrices.
///
/// `benches/gnn_vs_torch.py` of the repository loads such a file into PyTorch by name.
///
/// # Errors
///
/// [`GnnError::Weights`] if they cannot be written.
pub fn to_safetensors<B: Backend>(module: &impl ModuleSnapshot<B>) -> Result<Vec<u8>, GnnError> {
    let failed = |error: &dyn std::fmt::Display| GnnError::Weights { reason: error.to_string() };
    let mut store = SafetensorsStore::from_bytes(None);
    module.save_into(&mut store).map_err(|e| failed(&e))?;
    store.get_bytes().map_err(|e| failed(&e))
}

/// Fills a module with weights of [`to_safetensors`] or of PyTorch under the same names.
///
/// # Errors
///
/// [`GnnError::Weights`] if a tensor is missing or has another shape; the module may then be partly filled.
pub fn from_safetensors<B: Backend>(
    module: &mut impl ModuleSnapshot<B>,
    bytes: Vec<u8>,
) -> Result<(), GnnError> {
    let mut store = SafetensorsStore::from_bytes(Some(bytes));
    let loaded = module.load_from(&mut store);
    loaded.map(drop).map_err(|e| GnnError::Weights { reason: e.to_string() })
}
