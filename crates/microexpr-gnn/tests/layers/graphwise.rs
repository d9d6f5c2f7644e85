//! The network graph by graph does what the network of Burn's operations does: scores, gradients, steps.

use std::borrow::Cow;
use std::sync::Arc;

use burn::module::{ModuleVisitor, Param};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamWConfig, GradientsParams, Optimizer};
use burn::prelude::*;
use burn::tensor::backend::AutodiffBackend;
use microexpr_gnn::attention::{Activation, DensityReduction, Fusion, SelfAttentionKind};
use microexpr_gnn::graphwise::{GraphwiseNetwork, GraphwiseTraining, HostGraph, HostSample, HostStream};
use microexpr_gnn::sparse::SparseMatrix;
use microexpr_gnn::{
    EdgeSimilarity, GraphBatch, InitialWeights, NodeFeatures, Readout, ReadoutScale, SeededRng, StreamInput,
    StreamModelConfig, Topology, TwoStreamInput, TwoStreamModel, TwoStreamModelConfig,
};

use crate::device::B;

/// Values of a node in both streams.
const WIDTHS: [usize; 2] = [2, 11];
/// Blocks of columns that nodes take turns in, where they have columns of their own.
const BLOCKS: usize = 3;
/// Weights of the classes in the loss.
const CLASS_WEIGHTS: [f32; 3] = [0.5, 1.0, 2.0];
/// Both compute in single precision, in other orders.
const TOLERANCE: f32 = 2e-5;
/// Length of the difference of two gradients, as a share of theirs.
const GRADIENT_TOLERANCE: f64 = 1e-5;

/// Where the node features stand.
#[derive(Clone, Copy, PartialEq)]
enum Columns {
    Shared,
    Own,
}

impl Columns {
    fn input(self, stream: usize) -> usize {
        if self == Self::Shared { WIDTHS[stream] } else { BLOCKS * WIDTHS[stream] }
    }
}

/// A graph with its features and class.
struct Case {
    topology: Topology,
    nodes: [Vec<f32>; 2],
    edges: [Vec<f32>; 2],
    class: usize,
}

/// Rings of different sizes, some edges twice, some nodes without any.
fn cases(seed: u64) -> Vec<Case> {
    let mut random = SeededRng::new(seed);
    let mut numbers = |count: usize| (0..count).map(|_| random.uniform(-1.0, 1.0)).collect::<Vec<f32>>();
    let mut case = |(class, nodes): (usize, u32)| {
        let ring = (0..nodes - 1).flat_map(|i| [(i, i), (i, (i + 1) % nodes), ((i + 2) % nodes, i), (0, i)]);
        let topology = Topology::from_edges(nodes as usize, ring).unwrap();
        let (count, edges) = (nodes as usize, topology.edges());
        let nodes = WIDTHS.map(|width| numbers(count * width));
        Case { topology, nodes, edges: [0, 1].map(|_| numbers(2 * edges)), class }
    };
    [5, 9, 14, 6, 11, 7].into_iter().enumerate().map(|(k, nodes)| case((k % 3, nodes))).collect()
}

fn first_columns(nodes: usize, width: usize) -> Vec<u32> {
    (0..nodes).map(|node| (node % BLOCKS * width) as u32).collect()
}

fn host_stream(case: &Case, k: usize, columns: Columns) -> HostStream<'_> {
    HostStream {
        nodes: Cow::Borrowed(&case.nodes[k]),
        width: WIDTHS[k],
        first_columns: (columns == Columns::Own).then(|| first_columns(case.topology.nodes(), WIDTHS[k])),
        mean: 0.1,
        deviation: 0.7,
        edges: Cow::Borrowed(&case.edges[k]),
    }
}

fn host_graphs(cases: &[Case], columns: Columns) -> Vec<HostGraph<'_>> {
    let graph = |case| {
        let [location, flow] = [0, 1].map(|k| host_stream(case, k, columns));
        HostGraph::new(&case.topology, location, flow).unwrap()
    };
    cases.iter().map(graph).collect()
}

fn batch(cases: &[Case], columns: Columns) -> TwoStreamInput<B> {
    let device = Default::default();
    let topology = Topology::disjoint_union(cases.iter().map(|case| &case.topology)).unwrap();
    let stream = |k: usize| {
        let (width, rows) = (WIDTHS[k], topology.nodes());
        let values = cases.iter().flat_map(|case| &case.nodes[k]).map(|value| (value - 0.1) / 0.7);
        let values: Vec<f32> = values.collect();
        let nodes = if columns == Columns::Shared {
            Tensor::from_data(TensorData::new(values, [rows, width]), &device).into()
        } else {
            let first = cases.iter().flat_map(|case| first_columns(case.topology.nodes(), width));
            let rows = values.chunks(width).zip(first);
            let rows = rows.map(|(row, first)| (first..).zip(row.iter().copied()).collect::<Vec<_>>());
            NodeFeatures::Sparse(Arc::new(SparseMatrix::from_rows(BLOCKS * width, rows)))
        };
        let edges: Vec<f32> = cases.iter().flat_map(|case| case.edges[k].clone()).collect();
        let edges = Tensor::from_data(TensorData::new(edges, [topology.edges(), 2]), &device);
        StreamInput { nodes, edges }
    };
    let (location, flow) = (stream(0), stream(1));
    TwoStreamInput { graph: GraphBatch::new(topology, &device), location, flow }
}

/// The networks whose options differ in everything that matters here.
fn configurations() -> Vec<(&'static str, Columns, TwoStreamModelConfig)> {
    let stream = |columns: Columns, k: usize| {
        StreamModelConfig::new(columns.input(k)).with_hidden(8).with_layers(2).with_dropout(0.4)
    };
    let both = |columns, change: &dyn Fn(StreamModelConfig) -> StreamModelConfig| {
        TwoStreamModelConfig::new(3)
            .with_location(Some(change(stream(columns, 0))))
            .with_flow(Some(change(stream(columns, 1))))
    };
    vec![
        ("paper", Columns::Shared, both(Columns::Shared, &|s| s)),
        (
            "attention",
            Columns::Own,
            both(Columns::Own, &|s| {
                s.with_layers(1)
                    .with_embedding(Some(12))
                    .with_pooling_ratio(1.0)
                    .with_input_dropout(0.3)
                    .with_readout(Readout::Sum)
                    .with_input_readout(true)
                    .with_readout_scale(ReadoutScale::Unit)
            }),
        ),
        (
            "heads, mean density, hidden layer",
            Columns::Own,
            both(Columns::Own, &|s| {
                s.with_heads(2)
                    .with_hidden(10)
                    .with_reduction(DensityReduction::Mean)
                    .with_activation(Activation::Relu)
                    .with_readout(Readout::Mean)
                    .with_input_readout(true)
            })
            .with_hidden(vec![5]),
        ),
        (
            "self-attention of one stream, embedded",
            Columns::Shared,
            both(Columns::Shared, &|s| {
                s.with_fusion(Fusion::Fixed(1.0)).with_embedding(Some(7)).with_input_readout(true)
            })
            .with_location(None),
        ),
        (
            "Gaussian attention, maxima",
            Columns::Shared,
            both(Columns::Shared, &|s| {
                s.with_fusion(Fusion::Fixed(0.0))
                    .with_readout(Readout::Max)
                    .with_activation(Activation::Identity)
            }),
        ),
        (
            "sines of random Fourier features",
            Columns::Shared,
            both(Columns::Shared, &|s| {
                s.with_activation(Activation::Sine)
                    .with_initial_weights(InitialWeights::RandomFourier { width: 1.0 })
            }),
        ),
        ("fixed share", Columns::Shared, both(Columns::Shared, &|s| s.with_fusion(Fusion::Fixed(0.3)))),
    ]
}

/// All weights, or all gradients, in the order of a visit.
struct Collected<'a> {
    values: Vec<f32>,
    gradients: Option<&'a GradientsParams>,
}

impl<K: AutodiffBackend> ModuleVisitor<K> for Collected<'_> {
    fn visit_float<const D: usize>(&mut self, weight: &Param<Tensor<K, D>>) {
        match self.gradients {
            None => self.values.extend(weight.val().into_data().iter::<f32>()),
            Some(gradients) => match gradients.get::<K::InnerBackend, D>(weight.id) {
                Some(gradient) => self.values.extend(gradient.into_data().iter::<f32>()),
                None => self.values.extend(std::iter::repeat_n(0.0, weight.val().shape().num_elements())),
            },
        }
    }
}

fn all_weights(model: &TwoStreamModel<B>) -> Vec<f32> {
    let mut collected = Collected { values: Vec::new(), gradients: None };
    model.visit(&mut collected);
    collected.values
}

/// The gradients of all weights.
fn collected(model: &TwoStreamModel<B>, gradients: &GradientsParams) -> Vec<f32> {
    let mut collected = Collected { values: Vec::new(), gradients: Some(gradients) };
    model.visit(&mut collected);
    collected.values
}

/// Loss and gradients by Burn's operations.
fn by_burn(
    model: &TwoStreamModel<B>,
    cases: &[Case],
    columns: Columns,
    random: &mut SeededRng,
) -> (f64, GradientsParams) {
    let device = Default::default();
    let loss = CrossEntropyLossConfig::new().with_weights(Some(CLASS_WEIGHTS.to_vec())).init::<B>(&device);
    let labels: Vec<i64> = cases.iter().map(|case| case.class as i64).collect();
    let target = Tensor::from_data(TensorData::new(labels, [cases.len()]), &device);
    let value = loss.forward(model.forward(&batch(cases, columns), Some(random)), target);
    (value.clone().into_scalar().elem(), GradientsParams::from_grads(value.backward(), model))
}

fn samples<'a>(graphs: &'a [HostGraph<'a>], cases: &[Case]) -> Vec<HostSample<'a>> {
    let sample = |(graph, case): (&'a HostGraph<'a>, &Case)| HostSample {
        graph,
        class: case.class,
        weight: CLASS_WEIGHTS[case.class],
    };
    graphs.iter().zip(cases).map(sample).collect()
}

fn assert_close(what: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1.0f32, |scale, value| scale.max(value.abs()));
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let close = (found - expected).abs() <= TOLERANCE * scale;
        assert!(close, "{what}: value {place} is {found}, expected {expected}");
    }
}

/// Two gradients whose difference is short beside them.
fn assert_same_gradient(what: &str, found: &[f32], expected: &[f32]) {
    let length = |values: &mut dyn Iterator<Item = f32>| {
        values.map(|value| f64::from(value).powi(2)).sum::<f64>().sqrt()
    };
    assert_eq!(found.len(), expected.len(), "{what}");
    let difference = length(&mut found.iter().zip(expected).map(|(found, expected)| found - expected));
    let all = length(&mut expected.iter().copied());
    assert!(difference <= GRADIENT_TOLERANCE * all, "{what}: {difference} of {all}");
}

#[test]
fn class_scores_are_those_of_burns_operations() {
    for (name, columns, config) in configurations() {
        let model = config.init::<B>(&Default::default(), &mut SeededRng::new(3));
        let (cases, network) = (cases(1), GraphwiseNetwork::of(&model).unwrap());
        let found = network.scores(&host_graphs(&cases, columns)).concat();
        let expected = model.forward(&batch(&cases, columns), None).into_data();
        assert_close(name, &found, &expected.iter::<f32>().collect::<Vec<_>>());
    }
}

#[test]
fn hidden_nodes_are_those_of_a_graph_without_their_features() {
    for (name, columns, config) in configurations() {
        let model = config.init::<B>(&Default::default(), &mut SeededRng::new(3));
        let (cases, network) = (cases(1), GraphwiseNetwork::of(&model).unwrap());
        for (graph, case) in host_graphs(&cases, columns).iter().zip(&cases) {
            let hidden = [vec![], vec![0], vec![1, 3, 4], vec![case.topology.nodes() as u32 - 1]];
            let without = |nodes: &Vec<u32>| {
                let streams = [0, 1].map(|k| {
                    let mut values = case.nodes[k].clone();
                    for node in nodes {
                        values[*node as usize * WIDTHS[k]..][..WIDTHS[k]].fill(0.0);
                    }
                    values
                });
                graph.with_nodes(streams)
            };
            let expected = network.scores(&hidden.iter().map(without).collect::<Vec<_>>());
            assert_eq!(network.occluded_scores(graph, &hidden), expected, "{name}");
        }
    }
}

#[test]
fn loss_and_gradients_are_those_of_autodiff() {
    for (name, columns, config) in configurations() {
        let model = config.init::<B>(&Default::default(), &mut SeededRng::new(3));
        let cases = cases(2);
        let (expected_loss, gradients) = by_burn(&model, &cases, columns, &mut SeededRng::new(8));
        let expected = collected(&model, &gradients);
        let training = GraphwiseTraining::of(&model, 1e-3, 0.0).unwrap();
        let graphs = host_graphs(&cases, columns);
        let (loss, found) = training.gradient(&samples(&graphs, &cases), &mut SeededRng::new(8));
        assert!((loss - expected_loss).abs() < 1e-5, "{name}: {loss} {expected_loss}");
        assert_same_gradient(name, &found, &expected);
        assert!(expected.iter().any(|value| value.abs() > 1e-3), "{name}: nothing to learn");
    }
}

#[test]
fn every_step_takes_burns_gradient_and_does_what_burns_optimiser_does_with_it() {
    let (rate, decay) = (3e-3, 0.1);
    let (_, columns, config) = configurations().swap_remove(1);
    let mut model = config.init::<B>(&Default::default(), &mut SeededRng::new(3));
    let mut training = GraphwiseTraining::of(&model, rate, decay).unwrap();
    let mut optimizer = AdamWConfig::new().with_weight_decay(decay).init();
    let cases = cases(4);
    let graphs = host_graphs(&cases, columns);
    let samples = samples(&graphs, &cases);
    for step in 0..5 {
        let [mut for_gradient, mut for_step, mut for_burn] = [(); 3].map(|()| SeededRng::new(5 + step));
        let (_, gradient) = training.gradient(&samples, &mut for_gradient);
        let (_, expected) = by_burn(&model, &cases, columns, &mut for_burn);
        assert_same_gradient("gradient", &gradient, &collected(&model, &expected));
        // Burn's optimiser gets our gradient: Adam divides by its size, so that the last digit of a small one counts.
        let mut given = Given { gradient: &gradient, gradients: GradientsParams::new() };
        model.visit(&mut given);
        let before = all_weights(&model);
        model = optimizer.step(rate, model, given.gradients);
        training.step(&samples, &mut for_step);
        let (found, expected) = (training.network().written_to(model.clone()), all_weights(&model));
        for (place, (found, expected)) in all_weights(&found).iter().zip(&expected).enumerate() {
            assert!((found - expected).abs() <= 1e-6, "weight {place} is {found}, expected {expected}");
        }
        assert!(before.iter().zip(&expected).any(|(x, y)| (x - y).abs() > 1e-3), "nothing was learned");
        assert_eq!(for_step.bits(), for_burn.bits(), "the same random numbers were used");
        model = found;
    }
}

/// Hands out a list of gradients to the weights in the order of a visit.
struct Given<'a> {
    gradient: &'a [f32],
    gradients: GradientsParams,
}

impl<K: AutodiffBackend> ModuleVisitor<K> for Given<'_> {
    fn visit_float<const D: usize>(&mut self, weight: &Param<Tensor<K, D>>) {
        let shape = weight.val().shape();
        let (own, rest) = self.gradient.split_at(shape.num_elements());
        let own = Tensor::<K::InnerBackend, D>::from_data(
            TensorData::new(own.to_vec(), shape),
            &Default::default(),
        );
        self.gradients.register(weight.id, own);
        self.gradient = rest;
    }
}

#[test]
fn the_gradient_does_not_depend_on_threads() {
    let (_, columns, config) = configurations().swap_remove(0);
    let model = config.init::<B>(&Default::default(), &mut SeededRng::new(3));
    let (cases, training) = (cases(6), GraphwiseTraining::of(&model, 1e-3, 0.0).unwrap());
    let graphs = host_graphs(&cases, columns);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| training.gradient(&samples(&graphs, &cases), &mut SeededRng::new(1)))
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn what_only_burns_operations_can_do_is_left_to_them() {
    let is_left = |config: TwoStreamModelConfig| {
        GraphwiseNetwork::of(&config.init::<B>(&Default::default(), &mut SeededRng::new(1))).is_none()
    };
    let flow = |stream: StreamModelConfig| TwoStreamModelConfig::new(3).with_flow(Some(stream));
    let plain = || StreamModelConfig::new(4);
    assert!(!is_left(flow(plain())));
    assert!(is_left(flow(plain().with_self_attention(SelfAttentionKind::Gatv2))));
    assert!(is_left(flow(plain().with_edge_similarity(EdgeSimilarity::Recomputed))));
    assert!(is_left(flow(plain().with_layers(0).with_input_readout(true))));
    assert!(is_left(flow(plain()).with_fourier_features(Some(8))));
    let config = flow(plain().with_input_readout(true)).with_location(Some(StreamModelConfig::new(2)));
    let network = GraphwiseNetwork::of(&config.init::<B>(&Default::default(), &mut SeededRng::new(1)));
    let cases = cases(1);
    let graphs = host_graphs(&cases, Columns::Own);
    assert!(!network.unwrap().reads(&graphs[0]), "maxima over columns that are not there");
}
