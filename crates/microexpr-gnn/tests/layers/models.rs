//! The whole network: its size, repeatability, and that it learns.

use std::sync::Arc;

use burn::module::{AutodiffModule, Module};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams, Optimizer};
use burn::prelude::*;
use microexpr_gnn::attention::{Fusion, SelfAttentionKind};
use microexpr_gnn::sparse::SparseMatrix;
use microexpr_gnn::{
    EdgeSimilarity, GraphBatch, NodeFeatures, Readout, ReadoutScale, SeededRng, StreamInput,
    StreamModelConfig, Topology, TwoStreamInput, TwoStreamModel, TwoStreamModelConfig, dropout,
};

use crate::device::{B, Plain};

fn init(config: &TwoStreamModelConfig, seed: u64) -> TwoStreamModel<B> {
    config.init(&Default::default(), &mut SeededRng::new(seed))
}

/// Ring graphs; the class decides which feature of the second stream is shifted.
fn batch(graphs: usize, seed: u64) -> (TwoStreamInput<B>, Vec<usize>) {
    let mut random = SeededRng::new(seed);
    let nodes = 9u32;
    let ring = |step: u32| (0..nodes).map(move |i| (i + step) % nodes);
    let source: Vec<u32> = ring(0).chain(ring(1)).chain(ring(nodes - 1)).collect();
    let target: Vec<u32> = (0..nodes).cycle().take(source.len()).collect();
    let ring = Topology::new(nodes as usize, source, target).unwrap();
    let labels: Vec<usize> = (0..graphs).map(|g| g % 3).collect();
    let total = graphs * nodes as usize;
    let mut features = |width: usize, signal: f32| {
        let value = |i: usize| {
            let (column, graph) = (i % width, i / width / nodes as usize);
            random.uniform(-1.0, 1.0) + if column == labels[graph] { signal } else { 0.0 }
        };
        let values: Vec<f32> = (0..total * width).map(value).collect();
        Tensor::from_data(TensorData::new(values, [total, width]), &Default::default()).into()
    };
    let (location, flow) = (features(2, 0.0), features(5, 1.0));
    let topology = Topology::disjoint_union(vec![&ring; graphs]).unwrap();
    let edges = Tensor::ones([topology.edges(), 2], &Default::default());
    let graph = GraphBatch::new(topology, &Default::default());
    let stream = |nodes| StreamInput { nodes, edges: edges.clone() };
    (TwoStreamInput { graph, location: stream(location), flow: stream(flow) }, labels)
}

fn small() -> TwoStreamModelConfig {
    let stream = |width| Some(StreamModelConfig::new(width).with_hidden(8).with_layers(2));
    TwoStreamModelConfig::new(3).with_location(stream(2)).with_flow(stream(5))
}

#[test]
fn the_paper_network_has_its_0_038_million_parameters() {
    assert_eq!(init(&TwoStreamModelConfig::paper(3), 1).num_params(), 37_861);
    assert_eq!(init(&TwoStreamModelConfig::paper(5), 1).num_params(), 38_119);
    let model = init(&TwoStreamModelConfig::paper(3), 1);
    assert_eq!(model.location.unwrap().num_params(), 271 + 2 * 3_361 + 33);
    assert_eq!(model.flow.unwrap().num_params(), 23_693 + 2 * 3_361 + 33);
}

#[test]
fn a_fixed_lambda_drops_the_unused_attention() {
    let with = |fusion| {
        let stream = StreamModelConfig::new(2).with_fusion(fusion);
        init(&TwoStreamModelConfig::new(3).with_location(Some(stream)), 1)
    };
    let layer = &with(Fusion::Fixed(1.0)).location.unwrap().layers[0];
    assert!(layer.gaussian.is_none() && layer.lambda_logit.is_none() && layer.self_attention.is_some());
    assert!(with(Fusion::Fixed(0.0)).location.unwrap().layers[0].self_attention.is_none());
}

#[test]
fn the_seed_decides_weights_and_dropout() {
    let (input, _) = batch(4, 1);
    let run = |seed| {
        let mut random = SeededRng::new(seed);
        let model: TwoStreamModel<B> = small().init(&Default::default(), &mut random);
        model.forward(&input, Some(&mut random)).into_data().to_vec::<f32>().unwrap()
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}

#[test]
fn dropout_keeps_the_mean_and_drops_the_asked_share() {
    let ones = Tensor::<Plain, 2>::ones([200, 500], &Default::default());
    let out: Vec<f32> = dropout(ones, 0.3, &mut SeededRng::new(2)).into_data().to_vec().unwrap();
    let dropped = out.iter().filter(|v| **v == 0.0).count() as f64 / out.len() as f64;
    // Four standard deviations of a share over 100,000 draws.
    assert!((dropped - 0.3).abs() < 0.006, "{dropped}");
    assert!(out.iter().all(|v| *v == 0.0 || (*v - 1.0 / 0.7).abs() < 1e-6));
}

#[test]
fn a_one_graph_batch_and_a_one_node_graph_run() {
    let model = init(&small(), 1).valid();
    let device = Default::default();
    let graph = GraphBatch::<Plain>::new(Topology::new(1, vec![0], vec![0]).unwrap(), &device);
    let stream = |width| StreamInput {
        nodes: Tensor::ones([1, width], &device).into(),
        edges: Tensor::ones([1, 2], &device),
    };
    let input = TwoStreamInput { graph, location: stream(2), flow: stream(5) };
    let (scores, explanation) = model.forward_explained(&input, None);
    assert!(scores.into_data().iter::<f32>().all(f32::is_finite));
    let flow = explanation.flow.unwrap();
    assert_eq!((flow.layers.len(), flow.kept_nodes.as_slice()), (2, &[0u32][..]));
}

#[test]
fn training_separates_what_is_separable() {
    let mut model = init(&small(), 1);
    let mut random = SeededRng::new(7);
    let mut optimizer = AdamConfig::new().init();
    let loss = CrossEntropyLossConfig::new().init::<B>(&Default::default());
    let (input, labels) = batch(48, 1);
    let target = Tensor::from_data(
        TensorData::from(labels.iter().map(|l| *l as i64).collect::<Vec<_>>().as_slice()),
        &Default::default(),
    );
    for _ in 0..120 {
        let value = loss.forward(model.forward(&input, Some(&mut random)), target.clone());
        let gradients = GradientsParams::from_grads(value.backward(), &model);
        model = optimizer.step(1e-2, model, gradients);
    }
    let (unseen, labels) = batch(48, 2);
    let scores = model.forward(&unseen, None).argmax(1).into_data().convert::<i64>();
    let correct = scores.iter::<i64>().zip(&labels).filter(|(f, l)| *f as usize == **l).count();
    assert!(correct >= 43, "{correct} of 48 unseen graphs");
}

#[test]
fn heads_gatv2_and_recomputed_similarity_are_settings_of_the_network() {
    let stream = |width| {
        Some(
            StreamModelConfig::new(width)
                .with_hidden(8)
                .with_layers(2)
                .with_heads(4)
                .with_self_attention(SelfAttentionKind::Gatv2)
                .with_edge_similarity(EdgeSimilarity::Recomputed),
        )
    };
    let model = init(&TwoStreamModelConfig::new(3).with_location(stream(2)).with_flow(stream(5)), 1);
    let (input, _) = batch(5, 3);
    let (scores, explanation) = model.forward_explained(&input, None);
    let gradients = GradientsParams::from_grads(scores.powi_scalar(2).sum().backward(), &model);
    // Every parameter takes part; the last layer's included.
    assert_eq!(gradients.len(), 2 * (2 * 7 + 2) + 2);
    let flow = explanation.flow.unwrap();
    let weights = &flow.layers[1].fused;
    assert_eq!(weights.dims(), [input.graph.topology().edges(), 4]);
    let weights = weights.clone().into_data().to_vec::<f32>().unwrap();
    let mut sums = vec![[0.0; 4]; input.graph.topology().nodes()];
    for (target, heads) in input.graph.topology().target().iter().zip(weights.chunks(4)) {
        sums[*target as usize].iter_mut().zip(heads).for_each(|(sum, weight)| *sum += weight);
    }
    // Every node's incoming edges share a weight of one in every head.
    assert!(sums.as_flattened().iter().all(|sum| (sum - 1.0).abs() < 1e-5), "{sums:?}");
}

#[test]
fn sparse_node_features_give_what_dense_ones_give() {
    let device = Default::default();
    let (input, _) = batch(4, 1);
    let nodes = input.graph.topology().nodes();
    // Every node fills two of twelve columns.
    let entry = |node: usize, place: usize| ((2 * (node % 6) + place) as u32, (node * 7 % 5) as f32 - 1.5);
    let rows = (0..nodes).map(|node| [entry(node, 0), entry(node, 1)]);
    let sparse = NodeFeatures::<B>::Sparse(Arc::new(SparseMatrix::from_rows(12, rows)));
    let model = StreamModelConfig::new(12)
        .with_embedding(Some(8))
        .with_hidden(8)
        .with_layers(1)
        .init::<B>(&device, &mut SeededRng::new(1));
    let run = |nodes| {
        let out = model.forward(StreamInput { nodes, edges: input.flow.edges.clone() }, &input.graph, None);
        let weight = &model.embedding.as_ref().unwrap().weight;
        let gradient = weight.val().grad(&out.clone().powi_scalar(2).sum().backward()).unwrap();
        [out.into_data(), gradient.into_data()].map(|data| data.to_vec::<f32>().unwrap())
    };
    let dense = NodeFeatures::Dense(sparse.clone().dense(&device));
    for (found, expected) in run(sparse).iter().zip(&run(dense)) {
        let largest = expected.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        for (found, expected) in found.iter().zip(expected) {
            // Sums of a dozen terms in another order.
            assert!((found - expected).abs() <= 1e-5 * largest, "{found} {expected}");
        }
    }
}

#[test]
fn the_readout_of_the_node_features_stands_beside_that_of_the_layers() {
    let device = Default::default();
    let (input, _) = batch(3, 4);
    let value = |node: usize, column: usize| ((node * 5 + column * 3) % 7) as f32 - 2.5;
    let rows = (0..27).map(|node| [(node as u32 % 4, value(node, node % 4))]);
    let sparse = NodeFeatures::<B>::Sparse(Arc::new(SparseMatrix::from_rows(4, rows)));
    let dense = NodeFeatures::Dense(sparse.clone().dense(&device));
    for readout in [Readout::Sum, Readout::Mean, Readout::Max, Readout::MaxMean] {
        let config = StreamModelConfig::new(4).with_hidden(8).with_layers(1).with_readout(readout);
        let run = |config: &StreamModelConfig, nodes: &NodeFeatures<B>| {
            let model = config.init::<B>(&device, &mut SeededRng::new(1));
            let features = StreamInput { nodes: nodes.clone(), edges: input.flow.edges.clone() };
            let out = model.forward(features, &input.graph, None);
            assert_eq!(out.dims(), [3, config.output()]);
            out.into_data().to_vec::<f32>().unwrap()
        };
        let column = |graph: usize, column: usize| -> Vec<f32> {
            let own = |node: usize| if node % 4 == column { value(node, column) } else { 0.0 };
            (9 * graph..9 * graph + 9).map(own).collect()
        };
        let largest = |v: &[f32]| v.iter().copied().fold(f32::MIN, f32::max);
        let sum = |v: &[f32]| v.iter().sum::<f32>();
        for nodes in [&sparse, &dense] {
            let alone = run(&config, nodes);
            let beside = run(&config.clone().with_input_readout(true), nodes);
            let width = readout.width(8);
            for (g, (alone, beside)) in
                alone.chunks(width).zip(beside.chunks(width + readout.width(4))).enumerate()
            {
                assert_eq!(alone, &beside[..width]);
                let columns = (0..4).map(|c| column(g, c));
                let expected: Vec<f32> = match readout {
                    Readout::Sum => columns.map(|v| sum(&v)).collect(),
                    Readout::Mean => columns.map(|v| sum(&v) / 9.0).collect(),
                    Readout::Max => columns.map(|v| largest(&v)).collect(),
                    Readout::MaxMean => {
                        let means = columns.clone().map(|v| sum(&v) / 9.0);
                        columns.map(|v| largest(&v)).chain(means).collect()
                    }
                };
                for (found, expected) in beside[width..].iter().zip(&expected) {
                    assert!((found - expected).abs() < 1e-5, "{readout:?}: {found} {expected}");
                }
            }
        }
    }
}

#[test]
fn a_last_layer_from_zero_finds_all_classes_equally_likely_and_learns() {
    let (input, labels) = batch(6, 2);
    let model = init(&small().with_zero_start(true), 3);
    let probabilities = model.probabilities(&input).into_data().to_vec::<f32>().unwrap();
    assert!(probabilities.iter().all(|p| (p - 1.0 / 3.0).abs() < 1e-6), "{probabilities:?}");
    let target: Vec<i64> = labels.iter().map(|l| *l as i64).collect();
    let target = Tensor::from_data(TensorData::from(target.as_slice()), &Default::default());
    let loss = CrossEntropyLossConfig::new().init::<B>(&Default::default());
    let gradients = loss.forward(model.forward(&input, None), target).backward();
    let last = model.classifier.last().unwrap().weight.val().grad(&gradients).unwrap();
    assert!(last.abs().max().into_scalar() > 1e-3);
    // The layers before the last one are drawn as ever.
    let drawn = init(&small(), 3);
    let weights = |m: &TwoStreamModel<B>| m.flow.as_ref().unwrap().layers[0].weight.val().into_data();
    assert_eq!(weights(&model), weights(&drawn));
}

#[test]
fn dropout_of_sparse_features_drops_entries_only() {
    let rows = (0..1000u32).map(|row| [(row % 50, 2.0)]);
    let sparse = NodeFeatures::<Plain>::Sparse(Arc::new(SparseMatrix::from_rows(50, rows)));
    let dropped = sparse.dropout(0.3, &mut SeededRng::new(2)).dense(&Default::default());
    let values: Vec<f32> = dropped.into_data().to_vec().unwrap();
    let kept = values.iter().filter(|v| **v != 0.0).count();
    // Four standard deviations of a count among 1,000.
    assert!((642..=758).contains(&kept), "{kept}");
    assert!(values.iter().all(|v| *v == 0.0 || (*v - 2.0 / 0.7).abs() < 1e-6));
}

#[test]
fn a_unit_readout_keeps_the_pattern_and_drops_the_strength() {
    let rows = [[3.0, -4.0, 0.0, 5.0], [0.3, -0.4, 0.0, 0.5], [0.0; 4]];
    let scaled = ReadoutScale::Unit.apply(Tensor::<Plain, 2>::from_floats(rows, &Default::default()));
    let values = scaled.into_data().to_vec::<f32>().unwrap();
    // The root mean square of the first row is √(50/4).
    let expected = rows[0].map(|v: f32| v / 12.5f32.sqrt());
    for (at, value) in values.iter().enumerate() {
        let wanted = if at < 8 { expected[at % 4] } else { 0.0 };
        assert!((value - wanted).abs() < 1e-6, "{values:?}");
    }
    let rows = Tensor::<Plain, 2>::from_floats(rows, &Default::default());
    assert_eq!(ReadoutScale::AsRead.apply(rows.clone()).into_data(), rows.into_data());
}

#[test]
fn a_network_without_layers_is_a_kernel_machine_whose_features_stay() {
    let (input, labels) = batch(6, 2);
    let stream = StreamModelConfig::new(5)
        .with_layers(0)
        .with_input_readout(true)
        .with_readout(Readout::Sum)
        .with_input_dropout(0.0);
    let config = TwoStreamModelConfig::new(3)
        .with_flow(Some(stream))
        .with_fourier_features(Some(4000))
        .with_fourier_scale(0.7);
    let mut model = init(&config, 3);
    // Inner products of the features are the Gaussian kernel of the streams' outputs, within 4 deviations of 4,000 features.
    let features = model.features(&input).into_data().to_vec::<f32>().unwrap();
    let sums =
        input.flow.nodes.clone().readout(Readout::Sum, &input.graph).into_data().to_vec::<f32>().unwrap();
    for (i, j) in [(0, 0), (0, 1), (2, 5)] {
        let row = |values: &[f32], width: usize, at: usize| values[at * width..][..width].to_vec();
        let pair = |values: &[f32], width| row(values, width, i).into_iter().zip(row(values, width, j));
        let squared: f32 = pair(&sums, 5).map(|(a, b)| (a - b) * (a - b)).sum();
        let kernel = (-0.49 * squared / (2.0 * 5.0)).exp();
        let found: f32 = pair(&features, 4000).map(|(a, b)| a * b).sum();
        assert!((found - kernel).abs() < 0.065, "{i} {j}: {found} {kernel}");
    }
    let before = model.fourier.as_ref().unwrap().weight.val().into_data();
    let target: Vec<i64> = labels.iter().map(|l| *l as i64).collect();
    let target = Tensor::from_data(TensorData::from(target.as_slice()), &Default::default());
    let loss = CrossEntropyLossConfig::new().init::<B>(&Default::default());
    let mut optimizer = AdamConfig::new().init();
    let mut losses = Vec::new();
    for _ in 0..20 {
        let value = loss.forward(model.forward(&input, Some(&mut SeededRng::new(1))), target.clone());
        losses.push(value.clone().into_scalar());
        let gradients = GradientsParams::from_grads(value.backward(), &model);
        model = optimizer.step(1e-2, model, gradients);
    }
    assert!(losses[19] < 0.5 * losses[0], "{losses:?}");
    assert_eq!(model.fourier.as_ref().unwrap().weight.val().into_data(), before);
}
