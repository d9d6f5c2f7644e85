//! Reading golden values and comparing with them.

use burn::module::Param;
use burn::prelude::*;
use microexpr_gnn::Topology;
use serde_json::Value;

use crate::device::B;

/// Relative to the largest value of a list: `f32` against `f64`.
pub(crate) const VALUES: f64 = 1e-5;
/// Relative to the largest value of a list.
pub(crate) const GRADIENTS: f64 = 1e-4;

/// The disjoint graphs of a file with `source`, `target` and the number of nodes of each graph under `sizes`.
pub(crate) fn topology(json: &Value, sizes: &str) -> Topology {
    let list = |key: &str| -> Vec<u32> { serde_json::from_value(json[key].clone()).unwrap() };
    let (source, target, sizes) = (list("source"), list("target"), list(sizes));
    let mut first = 0;
    let graph = |size: &u32| {
        let own = first..first + size;
        first += size;
        let of = |ends: &[u32]| -> Vec<u32> {
            let inside = ends.iter().zip(&target).filter(|(_, t)| own.contains(t));
            inside.map(|(e, _)| e - own.start).collect()
        };
        Topology::new(*size as usize, of(&source), of(&target)).unwrap()
    };
    let graphs: Vec<Topology> = sizes.iter().map(graph).collect();
    let topology = Topology::disjoint_union(&graphs).unwrap();
    assert_eq!((topology.source(), topology.target()), (&source[..], &target[..]));
    topology
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

pub(crate) fn tensor<const D: usize>(value: &Value) -> Tensor<B, D> {
    let mut shape = [0; D];
    let mut level = value;
    for size in &mut shape {
        let items = level.as_array().unwrap();
        *size = items.len();
        level = &items[0];
    }
    let values: Vec<f32> = numbers(value).iter().map(|v| *v as f32).collect();
    Tensor::from_data(TensorData::new(values, shape), &Default::default())
}

pub(crate) fn parameter<const D: usize>(value: &Value) -> Param<Tensor<B, D>> {
    Param::from_tensor(tensor(value))
}

/// A parameter that PyTorch keeps in more dimensions.
pub(crate) fn flat_parameter(value: &Value) -> Param<Tensor<B, 1>> {
    let values: Vec<f32> = numbers(value).iter().map(|v| *v as f32).collect();
    Param::from_tensor(Tensor::from_floats(values.as_slice(), &Default::default()))
}

pub(crate) fn assert_close<K: Backend, const D: usize>(
    what: &str,
    found: Tensor<K, D>,
    expected: &Value,
    bound: f64,
) {
    let expected = numbers(expected);
    let found: Vec<f64> = found.into_data().convert::<f32>().iter::<f32>().map(f64::from).collect();
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(1e-3f64, |m, v| m.max(v.abs()));
    for (index, (f, e)) in found.iter().zip(&expected).enumerate() {
        assert!((f - e).abs() <= bound * largest, "{what}[{index}]: found {f}, expected {e}");
    }
}
