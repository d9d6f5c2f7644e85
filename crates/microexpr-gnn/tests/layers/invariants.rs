//! What must hold for every graph: fused equals reference, order does not matter, nothing ever becomes NaN.

use burn::prelude::*;
use microexpr_gnn::attention::{
    AdaptiveAttention, AdaptiveAttentionConfig, DensityReduction, Fusion, GaussianConvConfig,
    SelfAttentionKind,
};
use microexpr_gnn::message_passing::MessagePassing;
use microexpr_gnn::{GraphBatch, SeededRng, Topology};

use crate::device::{B, Plain};

const INPUT: usize = 11;
const OUTPUT: usize = 9;

struct Sample {
    topology: Topology,
    nodes: Vec<f32>,
    edges: Vec<f32>,
}

/// A random graph in which every node but the last has a self-loop and some neighbours; the last is isolated.
fn sample(count: usize, seed: u64) -> Sample {
    let mut random = SeededRng::new(seed);
    let (mut source, mut target) = (Vec::new(), Vec::new());
    for i in 0..count.max(2) - 1 {
        source.push(i as u32);
        target.push(i as u32);
        for _ in 0..3 {
            source.push((random.bits() % (count.max(2) as u64 - 1)) as u32);
            target.push(i as u32);
        }
    }
    let topology = Topology::new(count.max(2), source, target).unwrap();
    let nodes = (0..topology.nodes() * INPUT).map(|_| random.uniform(-1.0, 1.0)).collect();
    let edges = (0..topology.edges() * 2).map(|_| random.uniform(0.0, 1.0)).collect();
    Sample { topology, nodes, edges }
}

fn matrix(values: &[f32], width: usize) -> Tensor<B, 2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len() / width, width]), &Default::default())
}

fn list<const D: usize>(tensor: Tensor<B, D>) -> Vec<f32> {
    tensor.into_data().to_vec().unwrap()
}

fn layer(fusion: Fusion) -> AdaptiveAttention<B> {
    AdaptiveAttentionConfig::new(INPUT, OUTPUT)
        .with_fusion(fusion)
        .with_reduction(DensityReduction::Sum)
        .init(&Default::default(), &mut SeededRng::new(3))
}

fn forward(layer: &AdaptiveAttention<B>, s: &Sample) -> Vec<f32> {
    let graph = GraphBatch::new(s.topology.clone(), &Default::default());
    list(layer.forward(matrix(&s.nodes, INPUT), matrix(&s.edges, 2), &graph))
}

fn assert_close(found: &[f32], expected: &[f32], bound: f32) {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= bound * largest, "found {f}, expected {e}, largest {largest}");
    }
}

/// Output, gradient of the nodes, gradient of the weights.
fn run(layer: &AdaptiveAttention<B>, s: &Sample, fused: bool) -> [Vec<f32>; 3] {
    let graph = GraphBatch::new(s.topology.clone(), &Default::default());
    let x = matrix(&s.nodes, INPUT).require_grad();
    let edges = matrix(&s.edges, 2);
    let out = if fused {
        layer.forward(x.clone(), edges, &graph)
    } else {
        layer.forward_reference(x.clone(), edges, &graph).0
    };
    let gradients = out.clone().powi_scalar(2).sum().backward();
    let flat = |t: Tensor<Plain, 2>| t.into_data().to_vec().unwrap();
    [list(out), flat(x.grad(&gradients).unwrap()), flat(layer.weight.val().grad(&gradients).unwrap())]
}

#[test]
fn fused_equals_reference_for_every_fusion_and_an_isolated_node() {
    for fusion in [Fusion::Learned, Fusion::Fixed(0.3), Fusion::Fixed(1.0), Fusion::Fixed(0.0)] {
        let (layer, s) = (layer(fusion), sample(30, 1));
        for (fused, plain) in run(&layer, &s, true).iter().zip(run(&layer, &s, false)) {
            assert_close(fused, &plain, 2e-5);
        }
    }
}

#[test]
fn fused_equals_reference_with_several_heads() {
    for kind in [SelfAttentionKind::Gat, SelfAttentionKind::Gatv2] {
        for fusion in [Fusion::Learned, Fusion::Fixed(1.0)] {
            let config = AdaptiveAttentionConfig::new(INPUT, OUTPUT)
                .with_fusion(fusion)
                .with_heads(3)
                .with_self_attention(kind)
                .with_reduction(DensityReduction::Mean);
            let layer = config.init(&Default::default(), &mut SeededRng::new(3));
            let s = sample(30, 1);
            for (fused, plain) in run(&layer, &s, true).iter().zip(run(&layer, &s, false)) {
                assert_close(fused, &plain, 2e-5);
            }
        }
    }
}

#[test]
fn gaussian_attention_alone_equals_the_adaptive_layer_at_lambda_0() {
    let (mut layer, s) = (layer(Fusion::Fixed(0.0)), sample(20, 8));
    let mut alone =
        GaussianConvConfig::new(INPUT, OUTPUT).init::<B>(&Default::default(), &mut SeededRng::new(4));
    alone.weight = layer.weight.clone();
    alone.gaussian = layer.gaussian.clone().unwrap();
    layer.bias = alone.bias.clone();
    let graph = GraphBatch::new(s.topology.clone(), &Default::default());
    let (x, edges) = (matrix(&s.nodes, INPUT), matrix(&s.edges, 2));
    let (found, alpha) = alone.forward(x.clone(), edges.clone(), &graph);
    let (expected, weights) = layer.forward_with_attention(x, edges, &graph);
    // The adaptive layer's ELU bends what is negative: compare where it is not.
    for (f, e) in list(found).iter().zip(list(expected)).filter(|(_, e)| *e > 0.0) {
        assert!((f - e).abs() < 1e-6, "{f} against {e}");
    }
    assert_close(&list(alpha), &list(weights.gaussian.unwrap()), 1e-6);
}

#[test]
fn the_paper_s_layers_equal_their_messages() {
    let s = sample(20, 8);
    let graph = GraphBatch::new(s.topology.clone(), &Default::default());
    let (x, edges) = (matrix(&s.nodes, INPUT), matrix(&s.edges, 2));
    for kind in [SelfAttentionKind::Gat, SelfAttentionKind::Gatv2] {
        for fusion in [Fusion::Learned, Fusion::Fixed(0.0), Fusion::Fixed(1.0)] {
            let config = AdaptiveAttentionConfig::new(INPUT, OUTPUT).with_heads(3).with_fusion(fusion);
            let layer: AdaptiveAttention<B> =
                config.with_self_attention(kind).init(&Default::default(), &mut SeededRng::new(3));
            let messages = layer.propagate(x.clone(), Some(edges.clone()), &graph);
            let fused = layer.forward(x.clone(), edges.clone(), &graph);
            assert_close(&list(messages), &list(fused), 2e-5);
        }
    }
    let alone = GaussianConvConfig::new(INPUT, OUTPUT).init::<B>(&Default::default(), &mut SeededRng::new(4));
    let messages = alone.propagate(x.clone(), Some(edges.clone()), &graph);
    assert_close(&list(messages), &list(alone.forward(x, edges, &graph).0), 2e-5);
}

#[test]
fn renumbering_the_nodes_renumbers_the_output() {
    let (layer, s) = (layer(Fusion::Learned), sample(20, 2));
    let order = SeededRng::new(9).permutation(s.topology.nodes());
    let mut moved_nodes = vec![0.0; s.nodes.len()];
    for (old, new) in order.iter().enumerate() {
        moved_nodes[new * INPUT..(new + 1) * INPUT].copy_from_slice(&s.nodes[old * INPUT..(old + 1) * INPUT]);
    }
    let renumber = |ends: &[u32]| ends.iter().map(|e| order[*e as usize] as u32).collect();
    let topology =
        Topology::new(s.topology.nodes(), renumber(s.topology.source()), renumber(s.topology.target()))
            .unwrap();
    let out = forward(&layer, &s);
    let moved = forward(&layer, &Sample { topology, nodes: moved_nodes, edges: s.edges.clone() });
    for (old, new) in order.iter().enumerate() {
        let row = |list: &[f32], k: usize| list[k * OUTPUT..(k + 1) * OUTPUT].to_vec();
        assert_close(&row(&moved, *new), &row(&out, old), 1e-5);
    }
}

#[test]
fn a_graph_alone_and_in_a_batch_gives_the_same_numbers() {
    let (layer, a, b) = (layer(Fusion::Learned), sample(12, 4), sample(25, 5));
    let topology = Topology::disjoint_union([&a.topology, &b.topology]).unwrap();
    let joined = |x: &[f32], y: &[f32]| [x, y].concat();
    let both = Sample { topology, nodes: joined(&a.nodes, &b.nodes), edges: joined(&a.edges, &b.edges) };
    // Not the same bits: Burn's matrix product picks its kernel by the number of rows.
    assert_close(&forward(&layer, &both), &joined(&forward(&layer, &a), &forward(&layer, &b)), 1e-6);
}

#[cfg(all(feature = "flex", not(any(feature = "cuda", feature = "wgpu"))))]
#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let s: Vec<Sample> = (0..6).map(|i| sample(15 + i, i as u64)).collect();
    let joined = Sample {
        topology: Topology::disjoint_union(s.iter().map(|s| &s.topology)).unwrap(),
        nodes: s.iter().flat_map(|s| s.nodes.clone()).collect(),
        edges: s.iter().flat_map(|s| s.edges.clone()).collect(),
    };
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&layer(Fusion::Learned), &joined, true))
    };
    let single = with(1);
    assert_eq!(with(2), single);
    assert_eq!(with(5), single);
}

#[test]
fn extreme_graphs_and_features_stay_finite() {
    let lone = Sample {
        topology: Topology::new(1, vec![0], vec![0]).unwrap(),
        nodes: vec![0.5; INPUT],
        edges: vec![1.0, 1.0],
    };
    let mut equal = sample(8, 6);
    equal.nodes.fill(0.7);
    let mut huge = sample(8, 7);
    huge.nodes.iter_mut().for_each(|v| *v *= 1e6);
    let unconnected = Sample {
        topology: Topology::new(3, vec![], vec![]).unwrap(),
        nodes: vec![0.1; 3 * INPUT],
        edges: vec![],
    };
    for (name, s) in [("one node", lone), ("equal", equal), ("huge", huge), ("no edges", unconnected)] {
        for fused in [true, false] {
            for list in run(&layer(Fusion::Learned), &s, fused) {
                assert!(list.iter().all(|v| v.is_finite()), "{name}");
            }
        }
    }
}
