//! Graphs made and changed: against PyTorch Geometric's utilities (`data/pyg/generate_messages.py`) and by hand.

use std::collections::BTreeMap;

use burn::prelude::*;
use microexpr_gnn::attention::GatConvConfig;
use microexpr_gnn::{
    GnnError, GraphBatch, JumpingKnowledge, LabelledBatch, LabelledGraph, LoopFeatures, Reduction, Rewired,
    SeededRng, Topology,
};
use serde_json::Value;

use crate::device::{B, Plain};
use crate::golden::{GRADIENTS, VALUES, assert_close, numbers};
use crate::messages::{golden, random, state};

/// Every edge with its features.
type Edges = BTreeMap<(u32, u32), Vec<f64>>;

fn of_json(json: &Value) -> Edges {
    let list = |key: &str| -> Vec<u32> { serde_json::from_value(json[key].clone()).unwrap() };
    let features = json["edge"].as_array().unwrap().iter().map(numbers);
    list("source").into_iter().zip(list("target")).zip(features).collect()
}

fn of_rewired(rewired: &Rewired, features: Tensor<B, 2>) -> Edges {
    let [_, width] = features.dims();
    let rows: Vec<f32> = rewired.edge_features(features).into_data().iter().collect();
    let rows = rows.chunks(width).map(|row| row.iter().map(|v| f64::from(*v)).collect());
    let topology = &rewired.topology;
    topology.source().iter().copied().zip(topology.target().iter().copied()).zip(rows).collect()
}

fn assert_same(found: &Edges, expected: &Edges) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (found, expected) in found.values().flatten().zip(expected.values().flatten()) {
        assert!((found - expected).abs() < VALUES, "{found} against {expected}");
    }
}

#[test]
fn self_loops_get_pyg_s_mean_features() {
    let golden = golden();
    let rewired = golden.graph.topology().with_self_loops(LoopFeatures::Mean);
    assert_same(&of_rewired(&rewired, golden.input("edge")), &of_json(&golden.json["self_loops"]));
    assert_eq!((rewired.topology.graphs(), rewired.topology.graph_nodes(1)), (2, 7..12));
    let zero = golden.graph.topology().with_self_loops(LoopFeatures::Zero);
    let edges = of_rewired(&zero, golden.input("edge"));
    assert!(edges.iter().filter(|((s, t), _)| s == t).all(|(_, features)| features == &[0.0, 0.0]));
}

/// `GATConv` adds self-loops unless told not to: with the helper, a layer that was trained so gives the same.
#[test]
fn gat_with_pyg_s_self_loops_gives_its_values_and_gradients() {
    let golden = golden();
    let config = GatConvConfig::new(4, 3).with_heads(2).with_edge_input(Some(2));
    let mut layer = config.init::<B>(&Default::default(), &mut random());
    state().load("gat_loops", &mut layer).unwrap();
    let rewired = golden.graph.topology().with_self_loops(LoopFeatures::Mean);
    let (x, edges) = (golden.input("x"), golden.input("edge"));
    let features = rewired.edge_features(edges.clone());
    let graph = GraphBatch::new(rewired.topology, &Default::default());
    let (out, _) = layer.forward(x.clone(), Some(features), &graph);
    let case = &golden.json["cases"]["gat_loops"];
    assert_close("output", out.clone(), &case["output"], VALUES);
    let gradients = (out + 0.5).powi_scalar(2).sum().backward();
    assert_close("x", x.grad(&gradients).unwrap(), &case["gradients"]["x"], GRADIENTS);
    assert_close("edge", edges.grad(&gradients).unwrap(), &case["gradients"]["edge"], GRADIENTS);
}

#[test]
fn undirected_graphs_are_pyg_s() {
    let golden = golden();
    let rewired = golden.graph.topology().to_undirected(Reduction::Sum);
    assert_same(&of_rewired(&rewired, golden.input("edge")), &of_json(&golden.json["undirected"]));
    assert_eq!((rewired.topology.graphs(), rewired.topology.graph_nodes(1)), (2, 7..12));
    let one_way = Topology::from_edges(2, [(0, 1), (1, 0)]).unwrap();
    let features = Tensor::from_floats([[1.0], [4.0]], &Default::default());
    let found = of_rewired(&one_way.to_undirected(Reduction::Mean), features);
    assert_eq!(found.into_values().collect::<Vec<_>>(), [[2.5], [2.5]]);
}

#[test]
fn edge_lists_adjacency_and_edge_index_are_the_same_graph() {
    let list = Topology::from_edges(3, [(0, 1), (0, 2), (2, 0)]).unwrap();
    let matrix = Topology::from_adjacency(3, &[0.0, 2.0, 3.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0]).unwrap();
    assert_eq!((&matrix.topology, &matrix.weights[..]), (&list, &[2.0, 3.0, 4.0][..]));
    let index = list.edge_index::<Plain>(&Default::default());
    assert_eq!(index.clone().into_data().iter::<i64>().collect::<Vec<_>>(), [0, 0, 2, 1, 2, 0]);
    assert_eq!(Topology::from_edge_index(3, index).unwrap(), list);
    assert_eq!((list.in_degrees(), list.out_degrees()), (vec![1, 1, 1], vec![2, 0, 1]));
    let negative = Tensor::<Plain, 2, Int>::from_ints([[0], [-1]], &Default::default());
    assert!(matches!(Topology::from_edge_index(3, negative), Err(GnnError::NodeOutOfRange { .. })));
    let three = Tensor::<Plain, 2, Int>::from_ints([[0], [1], [2]], &Default::default());
    assert!(matches!(Topology::from_edge_index(3, three), Err(GnnError::Shape { .. })));
    assert!(matches!(Topology::from_adjacency(3, &[0.0; 8]), Err(GnnError::FeatureLength { .. })));
}

#[test]
fn near_points_are_neighbours() {
    // A square with its centre: the centre is nearest to all corners, two corners tie for its own nearest.
    let points = [0.0, 0.0, 2.0, 0.0, 0.0, 2.0, 2.0, 2.0, 1.0, 1.0];
    let nearest = Topology::k_nearest(&points, 2, 2).unwrap();
    let into = |node: usize| -> Vec<u32> {
        nearest.incoming(node).iter().map(|e| nearest.source()[*e as usize]).collect()
    };
    assert_eq!((into(0), into(3), into(4)), (vec![4, 1], vec![4, 1], vec![0, 1]));
    assert_eq!(Topology::k_nearest(&points, 2, 100).unwrap().edges(), 20);
    let radius = Topology::within_radius(&points, 2, 2.0).unwrap();
    assert_eq!(radius.in_degrees(), [3, 3, 3, 3, 4]);
    assert_eq!(Topology::within_radius(&points, 2, 1.0).unwrap().edges(), 0);
    assert!(matches!(Topology::k_nearest(&points, 2, 0), Err(GnnError::Setting { .. })));
    assert!(matches!(Topology::k_nearest(&points, 3, 1), Err(GnnError::FeatureLength { .. })));
    assert!(matches!(Topology::within_radius(&[f32::NAN], 1, 1.0), Err(GnnError::FeatureNotFinite { .. })));
}

#[test]
fn subgraphs_keep_edges_between_kept_nodes() {
    let topology = Topology::from_edges(4, [(0, 1), (1, 2), (3, 1), (2, 2)]).unwrap();
    let part = topology.subgraph(&[3, 1, 2]).unwrap();
    assert_eq!(part.nodes, [1, 2, 3]);
    let edges = Tensor::from_floats([[10.0], [20.0], [30.0], [40.0]], &Default::default());
    let expected = [((0, 1), vec![20.0]), ((2, 0), vec![30.0]), ((1, 1), vec![40.0])];
    assert_eq!(of_rewired(&part.rewired, edges), expected.into_iter().collect());
    assert!(matches!(topology.subgraph(&[1, 1]), Err(GnnError::Setting { .. })));
    assert!(matches!(topology.subgraph(&[4]), Err(GnnError::Setting { .. })));
    assert!(matches!(topology.subgraph(&[]), Err(GnnError::Empty)));
}

#[test]
fn sampled_neighbourhoods_hold_the_seeds_and_at_most_the_fanout() {
    // A star: every leaf sends to the centre, and a chain 1 → 2 → … among the leaves.
    let star = (1..50).map(|leaf| (leaf, 0)).chain((1..49).map(|leaf| (leaf, leaf + 1)));
    let topology = Topology::from_edges(50, star).unwrap();
    let sample = topology.sample_neighbours(&[0, 7], &[5, 1], &mut SeededRng::new(3)).unwrap();
    assert_eq!(&sample.nodes[..2], &[0, 7]);
    let sampled = &sample.rewired.topology;
    assert_eq!((sampled.incoming(0).len(), sampled.incoming(1).len()), (5, 1));
    assert!(sampled.in_degrees()[2..].iter().all(|degree| *degree <= 1));
    let original: Vec<(u32, u32)> =
        topology.source().iter().copied().zip(topology.target().iter().copied()).collect();
    for (source, target) in sampled.source().iter().zip(sampled.target()) {
        let ends = (sample.nodes[*source as usize], sample.nodes[*target as usize]);
        assert!(original.contains(&ends), "{ends:?}");
    }
    let again = topology.sample_neighbours(&[0, 7], &[5, 1], &mut SeededRng::new(3)).unwrap();
    assert_eq!((again.nodes, &again.rewired.topology), (sample.nodes, sampled));
    assert!(topology.sample_neighbours(&[50], &[1], &mut SeededRng::new(3)).is_err());
    // Every leaf is drawn about equally often: 5 of 49, over 2,000 draws, within five standard deviations.
    let mut drawn = [0usize; 50];
    let mut random = SeededRng::new(4);
    for _ in 0..2000 {
        let sample = topology.sample_neighbours(&[0], &[5], &mut random).unwrap();
        sample.nodes[1..].iter().for_each(|node| drawn[*node as usize] += 1);
    }
    assert!(drawn[1..].iter().all(|count| (136..=272).contains(count)), "{drawn:?}");
}

#[test]
fn dropping_edges_drops_the_asked_share_and_keeps_the_graphs() {
    let ring = Topology::from_edges(1000, (0..1000).map(|i| (i, (i + 1) % 1000))).unwrap();
    let both = Topology::disjoint_union([&ring, &ring]).unwrap();
    let rewired = both.drop_edges(0.3, &mut SeededRng::new(1)).unwrap();
    // Four standard deviations of a count among 2,000.
    assert!((1318..=1482).contains(&rewired.topology.edges()), "{}", rewired.topology.edges());
    let second = rewired.topology.graph_edges(1);
    assert!(rewired.topology.source()[second].iter().all(|node| *node >= 1000));
    assert_eq!(both.drop_edges(0.0, &mut SeededRng::new(1)).unwrap().topology, both);
    assert_eq!(both.drop_edges(1.0, &mut SeededRng::new(1)).unwrap().topology.edges(), 0);
    assert!(both.drop_edges(1.5, &mut SeededRng::new(1)).is_err());
}

#[test]
fn virtual_nodes_join_every_node_of_their_graph() {
    let a = Topology::from_edges(2, [(0, 1)]).unwrap();
    let b = Topology::from_edges(1, []).unwrap();
    let added = Topology::disjoint_union([&a, &b]).unwrap().with_virtual_nodes();
    assert_eq!((added.virtual_nodes, added.nodes), (vec![2, 4], vec![0, 1, 3]));
    let topology = &added.rewired.topology;
    assert_eq!(topology.source(), [0, 0, 2, 1, 2, 3, 4]);
    assert_eq!(topology.target(), [1, 2, 0, 2, 1, 4, 3]);
    assert_eq!((topology.graph_nodes(1), topology.graph_edges(1)), (3..5, 5..7));
    let features: Vec<f32> = added
        .rewired
        .edge_features(Tensor::<Plain, 2>::ones([1, 1], &Default::default()))
        .into_data()
        .iter()
        .collect();
    assert_eq!(features, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn graphs_are_checked_again_when_they_are_read() {
    let golden = golden();
    let text = serde_json::to_string(golden.graph.topology().as_ref()).unwrap();
    let read: Topology = serde_json::from_str(&text).unwrap();
    assert_eq!(&read, golden.graph.topology().as_ref());
    for wrong in [
        r#"{"source":[0],"target":[2],"nodes":[2],"edges":[1]}"#,
        r#"{"source":[0],"target":[0,1],"nodes":[2],"edges":[1]}"#,
        r#"{"source":[0],"target":[2],"nodes":[2,1],"edges":[1,0]}"#,
        r#"{"source":[0],"target":[0],"nodes":[2],"edges":[1,0]}"#,
        r#"{"source":[],"target":[],"nodes":[],"edges":[]}"#,
        r#"{"source":[],"target":[],"nodes":[18446744073709551615],"edges":[0]}"#,
    ] {
        assert!(serde_json::from_str::<Topology>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn labelled_graphs_become_one_batch_for_training_and_validation() {
    let graph = |nodes: usize, label: i64| LabelledGraph {
        topology: Topology::from_edges(nodes, [(0, 0)]).unwrap(),
        nodes: vec![label as f32; nodes * 2],
        edges: vec![0.5],
        labels: vec![label],
        mask: vec![label != 1],
    };
    let graphs = [graph(2, 0), graph(3, 1), graph(1, 2)];
    let batch = LabelledBatch::<B>::new(&graphs, [2, 1], &Default::default()).unwrap();
    assert_eq!((batch.graph.topology().graphs(), batch.x.dims()), (3, [6, 2]));
    let scores = Tensor::<B, 2>::from_floats([[0.0], [10.0], [20.0]], &Default::default());
    let (counted, labels) = batch.counted(scores);
    assert_eq!(counted.into_data().iter::<f32>().collect::<Vec<_>>(), [0.0, 20.0]);
    assert_eq!(labels.into_data().iter::<i64>().collect::<Vec<_>>(), [0, 2]);
    assert_eq!(batch.valid().x.into_data(), batch.x.into_data());
    let mut per_node = graph(3, 1);
    (per_node.labels, per_node.mask) = (vec![0, 1, 0], vec![]);
    let batch = LabelledBatch::<Plain>::new([&per_node], [2, 1], &Default::default()).unwrap();
    assert_eq!((batch.labels.dims(), batch.mask.dims()), ([3], [3]));
    per_node.labels.pop();
    let wrong = LabelledBatch::<Plain>::new([&per_node], [2, 1], &Default::default());
    assert!(matches!(wrong, Err(GnnError::FeatureLength { what: "labels", rows: 3, found: 2, .. })));
    let mixed = LabelledBatch::<Plain>::new([&graph(2, 0), &graph(3, 1)], [3, 1], &Default::default());
    assert!(matches!(mixed, Err(GnnError::FeatureLength { what: "node features", .. })));
}

#[test]
fn jumping_knowledge_joins_layers() {
    let device = Default::default();
    let a = Tensor::<Plain, 2>::from_floats([[1.0, 5.0]], &device);
    let b = Tensor::<Plain, 2>::from_floats([[2.0, 3.0]], &device);
    let joined = |kind: JumpingKnowledge| -> Vec<f32> {
        kind.forward(vec![a.clone(), b.clone()]).into_data().iter().collect()
    };
    assert_eq!(joined(JumpingKnowledge::Concatenate), [1.0, 5.0, 2.0, 3.0]);
    assert_eq!(joined(JumpingKnowledge::Max), [2.0, 5.0]);
    assert_eq!(JumpingKnowledge::Concatenate.width(&[2, 2]), 4);
}
