//! On the processor, the layers with edge features store no row of values per edge, forward or backward.
//!
//! A binary of its own: it counts every byte that the process holds.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(unsafe_code, reason = "a global allocator that counts")]
#![cfg(feature = "flex")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::backend::{Autodiff, Flex};
use burn::prelude::*;
use microexpr_gnn::attention::{GatConvConfig, Gatv2ConvConfig};
use microexpr_gnn::conv::MlpConfig;
use microexpr_gnn::message_passing::MessagePassing;
use microexpr_gnn::{GineConvConfig, GraphBatch, SeededRng, Topology, TransformerConvConfig};

type B = Autodiff<Flex>;

const NODES: usize = 128;
const CHANNELS: usize = 64;
/// `[E, C]` in bytes: every node sends to every node.
const ROW_PER_EDGE: usize = NODES * NODES * CHANNELS * size_of::<f32>();

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
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

/// By how many bytes the most that is held grows while `layer` runs forward and backward, the second time.
fn growth(layer: impl Fn(Tensor<B, 2>, Tensor<B, 2>, &GraphBatch<B>) -> Tensor<B, 2>) -> usize {
    let ends = |of: fn(usize) -> usize| (0..NODES * NODES).map(|e| of(e) as u32).collect();
    let topology = Topology::new(NODES, ends(|e| e % NODES), ends(|e| e / NODES)).unwrap();
    let (device, mut random) = (Default::default(), SeededRng::new(1));
    let mut matrix = |rows: usize, width: usize| {
        let values: Vec<f32> = (0..rows * width).map(|_| random.uniform(-1.0, 1.0)).collect();
        Tensor::<B, 2>::from_data(TensorData::new(values, [rows, width]), &device).require_grad()
    };
    let (x, edges) = (matrix(NODES, CHANNELS), matrix(topology.edges(), 2));
    let graph = GraphBatch::new(topology, &device);
    let run = || drop(layer(x.clone(), edges.clone(), &graph).powi_scalar(2).sum().backward());
    run();
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    run();
    PEAK.load(Ordering::Relaxed) - before
}

#[test]
fn no_layer_stores_a_row_of_values_per_edge() {
    let (device, mut random) = (Default::default(), SeededRng::new(2));
    let gat = GatConvConfig::new(CHANNELS, CHANNELS).with_edge_input(Some(2)).init::<B>(&device, &mut random);
    let gatv2 =
        Gatv2ConvConfig::new(CHANNELS, CHANNELS).with_edge_input(Some(2)).init::<B>(&device, &mut random);
    let transformer = TransformerConvConfig::new(CHANNELS, CHANNELS).with_edge_input(Some(2));
    let transformer = transformer.init::<B>(&device, &mut random);
    let gine = GineConvConfig::new(MlpConfig::new(vec![CHANNELS, 8])).with_edge_input(Some(2));
    let gine = gine.init::<B>(&device, &mut random);
    let messages = growth(|x, edges, graph| gine.propagate_reference(x, Some(edges), graph));
    assert!(messages > ROW_PER_EDGE, "messages take {messages} bytes: the count misses something");
    let layers = [
        ("GAT", growth(|x, edges, graph| gat.forward(x, Some(edges), graph).0)),
        ("GATv2", growth(|x, edges, graph| gatv2.forward(x, Some(edges), graph).0)),
        ("graph transformer", growth(|x, edges, graph| transformer.forward(x, Some(edges), graph))),
        ("GINE", growth(|x, edges, graph| gine.forward(x, edges, graph))),
    ];
    for (name, bytes) in layers {
        println!("{name}: {bytes} bytes, a row per edge {ROW_PER_EDGE}");
        assert!(bytes < ROW_PER_EDGE / 4, "{name}: {bytes} bytes, a row per edge takes {ROW_PER_EDGE}");
    }
}
