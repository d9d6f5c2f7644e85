//! Weights on disk: full precision, names that PyTorch users can map.

use std::collections::BTreeMap;

use burn::module::Module;
use microexpr_gnn::{
    GnnError, SeededRng, StreamModelConfig, TwoStreamModel, TwoStreamModelConfig, from_safetensors,
    to_safetensors,
};
use serde_json::Value;

use crate::device::Plain;

fn model(seed: u64, hidden: usize) -> TwoStreamModel<Plain> {
    let stream = StreamModelConfig::new(2).with_hidden(hidden).with_layers(1);
    TwoStreamModelConfig::new(3)
        .with_location(Some(stream))
        .init(&Default::default(), &mut SeededRng::new(seed))
}

#[test]
fn reloaded_weights_are_the_same_bits() {
    let saved = to_safetensors(&model(1, 4)).unwrap();
    let mut other = model(2, 4);
    from_safetensors(&mut other, saved.clone()).unwrap();
    assert_eq!(tensors(&to_safetensors(&other).unwrap()), tensors(&saved));
    assert_ne!(tensors(&to_safetensors(&model(2, 4)).unwrap()), tensors(&saved));
}

fn header(bytes: &[u8]) -> (Value, &[u8]) {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let (header, data) = bytes[8..].split_at(length);
    (serde_json::from_slice(header).unwrap(), data)
}

/// The bytes of every tensor by name.
fn tensors(file: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let (header, data) = header(file);
    let entries = header.as_object().unwrap().iter().filter(|(name, _)| *name != "__metadata__");
    let bytes = |entry: &Value| {
        let [first, last]: [usize; 2] = serde_json::from_value(entry["data_offsets"].clone()).unwrap();
        data[first..last].to_vec()
    };
    entries.map(|(name, entry)| (name.clone(), bytes(entry))).collect()
}

#[test]
fn names_are_paths_of_fields_and_shapes_are_pytorch_s() {
    let bytes = to_safetensors(&model(1, 4)).unwrap();
    let (header, _) = header(&bytes);
    let expected = [
        ("location.layers.0.weight", vec![4, 2]),
        ("location.layers.0.bias", vec![4]),
        ("location.layers.0.self_attention.edge_weight", vec![4, 2]),
        ("location.layers.0.self_attention.attention", vec![12]),
        ("location.layers.0.gaussian.weight", vec![2, 6]),
        ("location.layers.0.gaussian.bias", vec![2]),
        ("location.layers.0.lambda_logit", vec![1]),
        ("location.pool.score.weight", vec![1, 4]),
        ("location.pool.score.bias", vec![1]),
        ("classifier.0.weight", vec![3, 8]),
        ("classifier.0.bias", vec![3]),
    ];
    for (name, shape) in &expected {
        assert_eq!(header[name]["shape"], serde_json::json!(shape), "{name}");
        assert_eq!(header[name]["dtype"], "F32", "{name}");
    }
    assert_eq!(tensors(&bytes).len(), expected.len());
    let values: usize = expected.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
    assert_eq!(model(1, 4).num_params(), values);
}

#[test]
fn weights_of_another_network_are_an_error() {
    let small = to_safetensors(&model(1, 4)).unwrap();
    let wrong = from_safetensors(&mut model(1, 5), small);
    assert!(matches!(wrong, Err(GnnError::Weights { .. })));
    assert!(matches!(from_safetensors(&mut model(1, 4), vec![1, 2, 3]), Err(GnnError::Weights { .. })));
}
