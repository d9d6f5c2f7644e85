//! The message-passing layers give the numbers of PyTorch Geometric's own (`data/pyg/generate_messages.py`), whose state dicts
//! they load by name; and faster versions equal the one that stores every message.

use burn::prelude::*;
use burn::tensor::backend::AutodiffBackend;
use microexpr_gnn::attention::{GatConvConfig, Gatv2ConvConfig, HeadMerge};
use microexpr_gnn::conv::{Epsilon, MlpConfig, Normalization, RootWeight, Skip};
use microexpr_gnn::message_passing::{Aggregation, MessagePassing, Pairs, edge_softmax};
use microexpr_gnn::pyg::{PygLayer, StateDict};
use microexpr_gnn::{
    AttentionalAggregationConfig, GcnConvConfig, GinConvConfig, GineConvConfig, GraphBatch, GraphNormConfig,
    SageConvConfig, SeededRng, Topology, TransformerConvConfig,
};
use serde_json::Value;

use crate::device::{B, Plain};
use crate::golden::{GRADIENTS, VALUES, assert_close, numbers, tensor, topology};

const INPUT: usize = 4;
const OUTPUT: usize = 3;
const EDGE: usize = 2;

type Gradients = <B as AutodiffBackend>::Gradients;

pub(crate) struct Golden {
    pub(crate) json: Value,
    pub(crate) graph: GraphBatch<B>,
}

pub(crate) fn golden() -> Golden {
    let json: Value = serde_json::from_str(include_str!("data/pyg/messages.json")).unwrap();
    let graph = GraphBatch::new(topology(&json, "sizes"), &Default::default());
    Golden { json, graph }
}

pub(crate) fn state() -> StateDict {
    StateDict::from_safetensors(include_bytes!("data/pyg/layers.safetensors")).unwrap()
}

pub(crate) fn random() -> SeededRng {
    SeededRng::new(0)
}

fn mlp() -> MlpConfig {
    MlpConfig::new(vec![INPUT, 5, OUTPUT])
}

impl Golden {
    pub(crate) fn input(&self, key: &str) -> Tensor<B, 2> {
        tensor::<2>(&self.json[key]).require_grad()
    }

    /// Loads the case's state dict and compares output and all gradients with PyTorch Geometric's.
    fn check<L: PygLayer<B>>(
        &self,
        name: &str,
        mut layer: L,
        edge: Option<&str>,
        run: impl Fn(&L, Tensor<B, 2>, Option<Tensor<B, 2>>, &GraphBatch<B>) -> Tensor<B, 2>,
    ) {
        state().load(name, &mut layer).unwrap();
        let (x, edges) = (self.input("x"), edge.map(|key| self.input(key)));
        let out = run(&layer, x.clone(), edges.clone(), &self.graph);
        let case = &self.json["cases"][name];
        assert_close(&format!("{name} output"), out.clone(), &case["output"], VALUES);
        let gradients = (out + 0.5).powi_scalar(2).sum().backward();
        let expected = &case["gradients"];
        assert_close(&format!("{name} x"), x.grad(&gradients).unwrap(), &expected["x"], GRADIENTS);
        if let Some(edges) = edges {
            let found = edges.grad(&gradients).unwrap();
            assert_close(&format!("{name} edge"), found, &expected["edge"], GRADIENTS);
        }
        check_parameters(name, &mut layer, &gradients, expected);
    }
}

/// Gradients that are 0 but for rounding in double precision: softmax takes off what all scores share. In single precision
/// they are 0 beside the other gradients of the case.
const ZERO: f64 = 1e-12;

fn largest_of(gradients: &Value) -> f64 {
    gradients.as_object().unwrap().values().flat_map(numbers).fold(0.0, |m, v| m.max(v.abs()))
}

fn check_parameters<L: PygLayer<B>>(name: &str, layer: &mut L, gradients: &Gradients, expected: &Value) {
    let mut compared = 0;
    for parameter in layer.named() {
        let what = format!("{name} {}", parameter.name());
        match (parameter.gradient(gradients), &expected[parameter.name()]) {
            (None, Value::Null) => {}
            (None, _) => panic!("{what} has no gradient"),
            (Some(found), of_list) => {
                if numbers(of_list).iter().all(|value| value.abs() < ZERO) {
                    let largest = found.abs().max().into_scalar();
                    assert!(f64::from(largest) <= GRADIENTS * largest_of(expected), "{what}: {largest}");
                } else {
                    assert_close(&what, found, of_list, GRADIENTS);
                }
                compared += 1;
            }
        }
    }
    let expected = expected.as_object().unwrap().keys().filter(|key| *key != "x" && *key != "edge");
    assert_eq!(compared, expected.count(), "{name}");
}

#[test]
fn sage_gives_pyg_values_and_gradients() {
    let golden = golden();
    let with = |aggregation| SageConvConfig::new(INPUT, OUTPUT).with_aggregation(aggregation);
    let cases = [
        ("sage_mean", with(Aggregation::Mean)),
        ("sage_sum", with(Aggregation::Sum)),
        ("sage_max", with(Aggregation::Max)),
        ("sage_min", with(Aggregation::Min)),
        ("sage_softmax", with(Aggregation::Softmax { temperature: 1.5 })),
        (
            "sage_normalized",
            with(Aggregation::Mean)
                .with_normalization(Normalization::L2)
                .with_root_weight(RootWeight::Absent),
        ),
    ];
    for (name, config) in cases {
        let layer = config.init::<B>(&Default::default(), &mut random());
        golden.check(name, layer.clone(), None, |layer, x, _, graph| layer.forward(x, graph));
        golden.check(name, layer, None, |layer, x, _, graph| layer.propagate_reference(x, None, graph));
    }
}

#[test]
fn gin_and_gine_give_pyg_values_and_gradients() {
    let golden = golden();
    let device = Default::default();
    for (name, epsilon) in [("gin", Epsilon::Fixed(0.25)), ("gin_learned", Epsilon::Learned(0.0))] {
        let layer = GinConvConfig::new(mlp()).with_epsilon(epsilon).init::<B>(&device, &mut random());
        golden.check(name, layer.clone(), None, |layer, x, _, graph| layer.forward(x, graph));
        golden.check(name, layer, None, |layer, x, _, graph| layer.propagate_reference(x, None, graph));
    }
    let plain = GineConvConfig::new(mlp()).with_epsilon(Epsilon::Learned(0.5));
    let edges = GineConvConfig::new(mlp()).with_edge_input(Some(EDGE));
    for (name, config, key) in [("gine", plain, "wide"), ("gine_edges", edges, "edge")] {
        let layer = config.init::<B>(&device, &mut random());
        golden
            .check(name, layer, Some(key), |layer, x, edges, graph| layer.forward(x, edges.unwrap(), graph));
    }
}

#[test]
fn gcn_gives_pyg_values_and_gradients() {
    let layer = GcnConvConfig::new(INPUT, OUTPUT).init::<B>(&Default::default(), &mut random());
    golden().check("gcn", layer.clone(), None, |layer, x, _, graph| layer.forward(x, graph));
    golden().check("gcn", layer, None, |layer, x, _, graph| layer.propagate_reference(x, None, graph));
}

#[test]
fn transformer_gives_pyg_values_and_gradients() {
    let golden = golden();
    let with = |heads| TransformerConvConfig::new(INPUT, OUTPUT).with_heads(heads);
    let gated = with(3).with_merge(HeadMerge::Mean).with_edge_input(Some(EDGE)).with_skip(Skip::Gated);
    let cases = [
        ("transformer", with(2), None),
        ("transformer_edges", with(2).with_edge_input(Some(EDGE)), Some("edge")),
        ("transformer_gated", gated, Some("edge")),
        ("transformer_rootless", with(2).with_skip(Skip::Absent), None),
    ];
    for (name, config, edge) in cases {
        let layer = config.init::<B>(&Default::default(), &mut random());
        golden.check(name, layer.clone(), edge, |layer, x, edges, graph| layer.forward(x, edges, graph));
        golden.check(name, layer, edge, |l, x, edges, graph| l.propagate_reference(x, edges, graph));
    }
}

#[test]
fn gat_and_gatv2_load_by_name_and_equal_their_messages() {
    let golden = golden();
    let device = Default::default();
    let gat = GatConvConfig::new(INPUT, OUTPUT).with_heads(2).with_edge_input(Some(EDGE));
    let gat = gat.init::<B>(&device, &mut random());
    golden.check("gat", gat.clone(), Some("edge"), |layer, x, edges, graph| layer.forward(x, edges, graph).0);
    golden.check("gat", gat, Some("edge"), |l, x, edges, graph| l.propagate_reference(x, edges, graph));
    let gatv2 = Gatv2ConvConfig::new(INPUT, OUTPUT).with_heads(2).with_edge_input(Some(EDGE));
    let gatv2 = gatv2.init::<B>(&device, &mut random());
    golden.check("gatv2", gatv2.clone(), Some("edge"), |layer, x, edges, graph| {
        layer.forward(x, edges, graph).0
    });
    golden.check("gatv2", gatv2, Some("edge"), |l, x, edges, graph| l.propagate_reference(x, edges, graph));
}

#[test]
fn graph_norm_and_attentional_aggregation_give_pyg_values_and_gradients() {
    let golden = golden();
    let device = Default::default();
    let norm = GraphNormConfig::new(INPUT).init::<B>(&device);
    golden.check("graph_norm", norm, None, |layer, x, _, graph| layer.forward(x, graph));
    let config =
        AttentionalAggregationConfig::new(MlpConfig::new(vec![INPUT, 1])).with_transform(Some(mlp()));
    let readout = config.init::<B>(&device, &mut random());
    golden.check("attentional", readout, None, |layer, x, _, graph| layer.forward(x, graph));
}

/// A layer of one's own: attention by distance.
struct ByDistance;

impl MessagePassing<Plain> for ByDistance {
    fn aggregation(&self) -> Aggregation {
        Aggregation::Sum
    }

    fn message(&self, pairs: &Pairs<'_, Plain>) -> Tensor<Plain, 2> {
        let distance = (pairs.source() - pairs.target()).powi_scalar(2).sum_dim(1);
        edge_softmax(distance.neg(), pairs.graph()) * pairs.source()
    }

    fn update(&self, aggregated: Tensor<Plain, 2>, _: &Pairs<'_, Plain>) -> Tensor<Plain, 2> {
        aggregated
    }
}

#[test]
fn a_layer_of_ones_own_is_three_functions() {
    let topology = Topology::new(3, vec![0, 1, 1], vec![2, 2, 0]).unwrap();
    let graph = GraphBatch::<Plain>::new(topology, &Default::default());
    let x = Tensor::from_floats([[0.0], [1.0], [3.0]], &Default::default());
    let out: Vec<f32> = ByDistance.propagate(x, None, &graph).into_data().iter().collect();
    let weight = 1.0 / (1.0 + (-5.0f32).exp());
    for (found, expected) in out.iter().zip([1.0, 0.0, weight]) {
        assert!((found - expected).abs() < 1e-6, "{found} against {expected}");
    }
}

/// On processors: burn-cubecl 0.21.0 does not take what this test gives it.
#[cfg(not(any(feature = "cuda", feature = "wgpu")))]
#[test]
fn graphs_without_edges_aggregate_to_zero() {
    let graph = GraphBatch::<Plain>::new(Topology::new(2, vec![], vec![]).unwrap(), &Default::default());
    let x = Tensor::<Plain, 2>::ones([2, INPUT], &Default::default());
    for aggregation in [Aggregation::Sum, Aggregation::Mean, Aggregation::Max, Aggregation::Min] {
        let out = aggregation.aggregate_neighbours(x.clone(), &graph);
        assert_eq!(out.into_data().iter::<f32>().collect::<Vec<_>>(), [0.0; 2 * INPUT]);
    }
    let edges = Tensor::<Plain, 2>::zeros([0, EDGE], &Default::default());
    let (device, random) = (Default::default(), &mut random());
    let transformer = TransformerConvConfig::new(INPUT, OUTPUT).with_heads(2).with_edge_input(Some(EDGE));
    let transformer = transformer.init::<Plain>(&device, random);
    let gine = GineConvConfig::new(mlp()).with_edge_input(Some(EDGE)).init::<Plain>(&device, random);
    let gat = GatConvConfig::new(INPUT, OUTPUT).with_edge_input(Some(EDGE)).init::<Plain>(&device, random);
    let gatv2 =
        Gatv2ConvConfig::new(INPUT, OUTPUT).with_edge_input(Some(EDGE)).init::<Plain>(&device, random);
    let own = |out: Tensor<Plain, 2>| assert!(out.sum().into_scalar().is_finite());
    own(transformer.forward(x.clone(), Some(edges.clone()), &graph));
    own(gine.forward(x.clone(), edges.clone(), &graph));
    own(gat.forward(x.clone(), Some(edges.clone()), &graph).0);
    own(gat.propagate(x.clone(), Some(edges.clone()), &graph));
    own(gatv2.forward(x.clone(), Some(edges.clone()), &graph).0);
    own(gatv2.propagate(x, Some(edges), &graph));
}
