//! Training for long uses no more memory than training for short.
//!
//! A binary of its own: it counts every byte that the process holds.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(unsafe_code, reason = "a global allocator that counts")]
#![cfg(feature = "flex")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::backend::{Autodiff, Flex};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams, Optimizer};
use burn::prelude::*;
use microexpr_gnn::{
    GraphBatch, SeededRng, StreamInput, StreamModelConfig, Topology, TwoStreamInput, TwoStreamModel,
    TwoStreamModelConfig,
};

type B = Autodiff<Flex>;

const STEPS: usize = 2_000;
/// Steps until every pool and every optimiser state exists.
const WARM: usize = 200;

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Rings of different sizes with random features: a batch that differs from step to step.
fn batch(step: usize, random: &mut SeededRng) -> (TwoStreamInput<B>, Tensor<B, 1, Int>) {
    let ring = |nodes: u32| {
        let source = (0..nodes).chain((0..nodes).map(|i| (i + 1) % nodes)).collect();
        Topology::new(nodes as usize, source, (0..nodes).chain(0..nodes).collect()).unwrap()
    };
    let rings: Vec<Topology> = (0..4).map(|g| ring(4 + ((step + g) % 5) as u32)).collect();
    let topology = Topology::disjoint_union(&rings).unwrap();
    let device = Default::default();
    let mut features = |rows: usize, width: usize| {
        let values: Vec<f32> = (0..rows * width).map(|_| random.uniform(-1.0, 1.0)).collect();
        Tensor::<B, 2>::from_data(TensorData::new(values, [rows, width]), &device)
    };
    let mut stream = |width| StreamInput {
        nodes: features(topology.nodes(), width).into(),
        edges: features(topology.edges(), 2),
    };
    let (location, flow) = (stream(2), stream(5));
    let labels = Tensor::from_ints([0, 1, 2, (step % 3) as i32], &device);
    (TwoStreamInput { graph: GraphBatch::new(topology, &device), location, flow }, labels)
}

#[test]
fn memory_stays_flat_over_2000_training_steps() {
    let mut random = SeededRng::new(1);
    let device = Default::default();
    let stream = |width| Some(StreamModelConfig::new(width).with_hidden(4).with_layers(2));
    let config = TwoStreamModelConfig::new(3).with_location(stream(2)).with_flow(stream(5));
    let mut model: TwoStreamModel<B> = config.init(&device, &mut random);
    let mut optimizer = AdamConfig::new().init();
    let loss = CrossEntropyLossConfig::new().init::<B>(&device);
    let mut held = Vec::with_capacity(STEPS);
    for step in 0..STEPS {
        let (input, labels) = batch(step, &mut random);
        let value = loss.forward(model.forward(&input, Some(&mut random)), labels);
        let gradients = GradientsParams::from_grads(value.backward(), &model);
        model = optimizer.step(1e-3, model, gradients);
        drop(input);
        held.push(HELD.load(Ordering::Relaxed));
    }
    // Batches repeat every 15 steps: compare the most that is held in two windows of equal length.
    let most = |steps: std::ops::Range<usize>| held[steps].iter().copied().max().unwrap();
    let (early, late) = (most(WARM..2 * WARM), most(STEPS - WARM..STEPS));
    println!("bytes held after {WARM} steps: {early}, after {STEPS}: {late}");
    // 9 bytes per step: less than the smallest thing that can be leaked. What moves is the state of queues and pools.
    assert!(late <= early + 16_384, "{early} bytes grew to {late}");
}
