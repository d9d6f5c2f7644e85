//! Several threads train at once, each as if it were alone.

use burn::prelude::*;
use microexpr_gnn::attention::{AdaptiveAttention, AdaptiveAttentionConfig};
use microexpr_gnn::{GraphBatch, SeededRng, Topology};

use crate::device::B;

const WIDTH: usize = 8;
/// Steps of every thread: when tensors were dropped before their successor was registered, a gradient was lost within the first thirty.
const STEPS: usize = 500;
const THREADS: usize = 4;

/// Gradients of the layer's weights for a ring of nodes.
fn gradients(layer: &AdaptiveAttention<B>, device: &Device<B>) -> Vec<f32> {
    let ring = Topology::from_edges(6, (0..6).flat_map(|i| [(i, i), (i, (i + 1) % 6)])).unwrap();
    let numbers = |rows: usize, width: usize| {
        let values: Vec<f32> = (0..rows * width).map(|k| (k as f32 * 0.7).sin()).collect();
        Tensor::<B, 2>::from_data(TensorData::new(values, [rows, width]), device)
    };
    let edges = numbers(ring.edges(), 2);
    let out = layer.forward(numbers(6, WIDTH), edges, &GraphBatch::new(ring, device));
    let gradients = (out.clone() * out).sum().backward();
    let of = |weight: &burn::module::Param<Tensor<B, 2>>| {
        weight.grad(&gradients).map(|g| g.into_data().iter::<f32>().collect::<Vec<_>>()).unwrap_or_default()
    };
    let mut all = of(&layer.weight);
    if let Some(gaussian) = &layer.gaussian {
        all.extend(of(&gaussian.weight));
    }
    all
}

#[test]
fn gradients_do_not_depend_on_what_other_threads_do() {
    let device = Device::<B>::default();
    let config = AdaptiveAttentionConfig::new(WIDTH, WIDTH);
    let alone = gradients(&config.init(&device, &mut SeededRng::new(3)), &device);
    assert!(alone.iter().any(|value| *value != 0.0));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let layer = config.init(&device, &mut SeededRng::new(3));
                for step in 0..STEPS {
                    assert_eq!(gradients(&layer, &device), alone, "step {step}");
                }
            });
        }
    });
}
