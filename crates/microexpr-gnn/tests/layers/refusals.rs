//! Features that do not fit the graph and settings out of range are refused with words, on every backend.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use burn::prelude::*;
use microexpr_gnn::attention::{
    AdaptiveAttentionConfig, AttentionInputs, AttentionSettings, DensityReduction, Fusion, GatConvConfig,
    Gatv2ConvConfig, GaussianConvConfig, GaussianTerms, SelfAttentionConfig, SelfAttentionKind, SelfLogits,
    reference,
};
use microexpr_gnn::conv::MlpConfig;
use microexpr_gnn::message_passing::{Aggregation, MessagePassing, edge_softmax};
use microexpr_gnn::sparse::SparseMatrix;
use microexpr_gnn::{
    AttentionalAggregationConfig, FullyConnectedConfig, GcnConvConfig, GinConvConfig, GineConvConfig,
    GnnError, GraphBackend, GraphBatch, GraphNormConfig, InitialWeights, Readout, SagPoolConfig,
    SageConvConfig, SeededRng, StreamModelConfig, TopKPoolConfig, Topology, TransformerConvConfig,
    TwoStreamModelConfig, recompute_similarity,
};

use crate::device::Plain;

const NODES: usize = 3;
const EDGES: usize = 4;
const INPUT: usize = 4;

type Matrix = Tensor<Plain, 2>;

fn graph() -> GraphBatch<Plain> {
    let topology = Topology::new(NODES, vec![0, 1, 1, 2], vec![0, 0, 1, 1]).unwrap();
    GraphBatch::new(topology, &Default::default())
}

fn ones(shape: [usize; 2]) -> Matrix {
    Tensor::ones(shape, &Default::default())
}

/// The words of the panic.
fn words<T: Debug>(what: &str, run: impl FnOnce() -> T) -> String {
    let payload = catch_unwind(AssertUnwindSafe(run)).expect_err(what);
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|s| (*s).to_owned())).expect("a panic with words")
}

/// Runs a layer on node features of the wrong number of rows, more and less, and of the wrong width.
fn refuses_nodes<T: Debug>(name: &str, run: impl Fn(Matrix) -> T) {
    for shape in [[NODES + 1, INPUT], [NODES - 1, INPUT], [NODES, INPUT + 1]] {
        let found = words(name, || run(ones(shape)));
        let expected = format!("expected the shape [{NODES}, {INPUT}] (one row per node), found {shape:?}");
        assert!(found.contains(&expected) && found.starts_with(name), "{name}: {found}");
    }
}

fn refuses_edges<T: Debug>(name: &str, run: impl Fn(Matrix) -> T) {
    for shape in [[EDGES + 1, 2], [EDGES - 1, 2], [EDGES, 3]] {
        let found = words(name, || run(ones(shape)));
        let expected = format!("expected the shape [{EDGES}, 2] (one row per edge), found {shape:?}");
        assert!(found.contains(&expected), "{name}: {found}");
    }
}

#[test]
fn attention_layers_refuse_rows_that_do_not_fit() {
    let (device, random, graph) = (Default::default(), &mut SeededRng::new(1), graph());
    let (x, edges) = (ones([NODES, INPUT]), ones([EDGES, 2]));
    for kind in [SelfAttentionKind::Gat, SelfAttentionKind::Gatv2] {
        for fusion in [Fusion::Learned, Fusion::Fixed(0.0), Fusion::Fixed(1.0)] {
            let config = AdaptiveAttentionConfig::new(INPUT, 2).with_fusion(fusion).with_self_attention(kind);
            let layer = config.init::<Plain>(&device, random);
            refuses_nodes("AdaptiveAttention", |x| layer.forward(x, edges.clone(), &graph));
            refuses_edges("AdaptiveAttention", |edges| layer.forward(x.clone(), edges, &graph));
            refuses_edges("reference", |edges| layer.forward_reference(x.clone(), edges, &graph).0);
        }
    }
    let gaussian = GaussianConvConfig::new(INPUT, 2).init::<Plain>(&device, random);
    refuses_nodes("GaussianConv", |x| gaussian.forward(x, edges.clone(), &graph));
    refuses_edges("GaussianConv", |edges| gaussian.forward(x.clone(), edges, &graph));
    let gat = GatConvConfig::new(INPUT, 2).with_edge_input(Some(2)).init::<Plain>(&device, random);
    refuses_nodes("GatConv", |x| gat.forward(x, Some(edges.clone()), &graph));
    refuses_edges("GatConv", |edges| gat.forward(x.clone(), Some(edges), &graph));
    let gatv2 = Gatv2ConvConfig::new(INPUT, 2).with_edge_input(Some(2)).init::<Plain>(&device, random);
    refuses_nodes("Gatv2Conv", |x| gatv2.forward(x, Some(edges.clone()), &graph));
    refuses_edges("Gatv2Conv", |edges| gatv2.forward(x.clone(), Some(edges), &graph));
    let config = TransformerConvConfig::new(INPUT, 2).with_edge_input(Some(2));
    let transformer = config.init::<Plain>(&device, random);
    refuses_nodes("TransformerConv", |x| transformer.forward(x, Some(edges.clone()), &graph));
    refuses_edges("TransformerConv", |edges| transformer.forward(x.clone(), Some(edges), &graph));
}

#[test]
fn edge_features_come_exactly_where_they_are_configured() {
    let (device, random, graph) = (Default::default(), &mut SeededRng::new(1), graph());
    let (x, edges) = (ones([NODES, INPUT]), ones([EDGES, 2]));
    let with = GatConvConfig::new(INPUT, 2).with_edge_input(Some(2)).init::<Plain>(&device, random);
    let found = words("missing", || with.forward(x.clone(), None, &graph));
    assert_eq!(found, "GatConv's edge features: the layer is configured for some, found none");
    let without = Gatv2ConvConfig::new(INPUT, 2).init::<Plain>(&device, random);
    let found = words("unexpected", || without.forward(x, Some(edges), &graph));
    assert_eq!(found, "Gatv2Conv's edge features: the layer is configured without (edge_input), found some");
}

#[test]
fn convolutions_pooling_and_readout_refuse_rows_that_do_not_fit() {
    let (device, random, graph) = (Default::default(), &mut SeededRng::new(1), graph());
    let (x, edges) = (ones([NODES, INPUT]), ones([EDGES, 2]));
    let gcn = GcnConvConfig::new(INPUT, 2).init::<Plain>(&device, random);
    refuses_nodes("GcnConv", |x| gcn.forward(x, &graph));
    let sage = SageConvConfig::new(INPUT, 2).init::<Plain>(&device, random);
    refuses_nodes("SageConv", |x| sage.forward(x, &graph));
    let mlp = || MlpConfig::new(vec![INPUT, 2]);
    let gin = GinConvConfig::new(mlp()).init::<Plain>(&device, random);
    refuses_nodes("GinConv", |x| gin.forward(x, &graph));
    let gine = GineConvConfig::new(mlp()).with_edge_input(Some(2)).init::<Plain>(&device, random);
    refuses_nodes("GineConv", |x| gine.forward(x, edges.clone(), &graph));
    refuses_edges("GineConv", |edges| gine.forward(x.clone(), edges, &graph));
    let sag = SagPoolConfig::new(INPUT).init::<Plain>(&device, random);
    refuses_nodes("SagPool", |x| sag.forward(x, &graph));
    let top = TopKPoolConfig::new(INPUT).init::<Plain>(&device, random);
    refuses_nodes("TopKPool", |x| top.forward(x, &graph));
    let norm = GraphNormConfig::new(INPUT).init::<Plain>(&device);
    refuses_nodes("GraphNorm", |x| norm.forward(x, &graph));
    let gate = AttentionalAggregationConfig::new(MlpConfig::new(vec![INPUT, 1]));
    let attentional = gate.init::<Plain>(&device, random);
    refuses_nodes("AttentionalAggregation", |x| attentional.forward(x, &graph));
    for shape in [[NODES + 1, INPUT], [NODES - 1, INPUT]] {
        for readout in [Readout::MaxMean, Readout::Max, Readout::Mean, Readout::Sum] {
            let found = words("readout", || readout.forward(ones(shape), &graph));
            assert!(found.starts_with("the readout's node features: expected the shape"), "{found}");
        }
        let found = words("propagate", || sage.propagate(ones(shape), None, &graph));
        assert!(found.starts_with("message passing's node features: expected the shape"), "{found}");
        let found = words("similarity", || recompute_similarity(edges.clone(), ones(shape), &graph));
        assert!(found.starts_with("the similarity's node features: expected the shape"), "{found}");
    }
    refuses_edges("softmax", |scores| {
        // Any width will do: only the rows are checked.
        assert_ne!(scores.dims(), [EDGES, 3], "expected the shape [4, 2] (one row per edge), found [4, 3]");
        edge_softmax(scores, &graph)
    });
    let found = words("aggregate", || Aggregation::Max.aggregate(ones([EDGES + 1, 2]), &graph));
    assert!(found.starts_with("aggregation's messages: expected the shape"), "{found}");
}

#[test]
fn the_operations_refuse_what_they_cannot_index() {
    let graph = graph();
    let matrix = Arc::new(SparseMatrix::gather(NODES, &[2, 0]));
    for rows in [NODES - 1, NODES + 1] {
        let found = words("product", || Plain::sparse_product(&matrix, ones([rows, 2])));
        let expected = format!("multiplied with: expected the shape [{NODES}, 2], found [{rows}, 2]");
        assert!(found.contains(&expected), "{found}");
    }
    let good = AttentionInputs::<Plain> {
        values: ones([NODES, INPUT]),
        self_logits: Some(SelfLogits {
            target: ones([NODES, 2]),
            source: ones([NODES, 2]),
            edge: ones([EDGES, 2]),
        }),
        gaussian: Some(GaussianTerms {
            target: ones([NODES, 5]),
            source: ones([NODES, 5]),
            edge_weight: ones([5, 2]),
            edge_features: ones([EDGES, 2]),
        }),
        lambda: Tensor::ones([1], &Default::default()),
    };
    good.check(&graph).unwrap();
    let spoilt: [fn(&mut AttentionInputs<Plain>); 9] = [
        |i| i.values = ones([NODES + 1, INPUT]),
        |i| i.values = ones([NODES, INPUT + 1]),
        |i| i.self_logits.as_mut().unwrap().target = ones([NODES - 1, 2]),
        |i| i.self_logits.as_mut().unwrap().source = ones([NODES, 3]),
        |i| i.self_logits.as_mut().unwrap().edge = ones([EDGES - 1, 2]),
        |i| i.gaussian.as_mut().unwrap().source = ones([NODES, 4]),
        |i| i.gaussian.as_mut().unwrap().edge_weight = ones([5, 3]),
        |i| i.gaussian.as_mut().unwrap().edge_features = ones([EDGES + 1, 2]),
        |i| (i.self_logits, i.gaussian) = (None, None),
    ];
    let settings =
        AttentionSettings { negative_slope: 0.2, variance_floor: 0.01, reduction: DensityReduction::Sum };
    for (case, spoil) in spoilt.iter().enumerate() {
        let mut inputs = good.clone();
        spoil(&mut inputs);
        let error = inputs.check(&graph).unwrap_err().to_string();
        let fused = words("fused", || Plain::adaptive_attention(inputs.clone(), &graph, &settings));
        let plain = words("plain", || reference::adaptive_attention(inputs.clone(), &graph, &settings));
        assert_eq!((&fused, &plain), (&error, &error), "case {case}");
    }
}

#[test]
fn settings_out_of_range_are_errors_that_name_them() {
    let setting = |result: Result<(), GnnError>| match result {
        Err(GnnError::Setting { setting, .. }) => setting,
        other => panic!("{other:?}"),
    };
    let adaptive = || AdaptiveAttentionConfig::new(INPUT, 2);
    assert_eq!(setting(adaptive().with_heads(0).check()), "heads");
    assert_eq!(setting(adaptive().with_heads(3).check()), "heads");
    assert_eq!(setting(adaptive().with_fusion(Fusion::Fixed(1.5)).check()), "fixed lambda");
    assert_eq!(setting(adaptive().with_fusion(Fusion::Fixed(f64::NAN)).check()), "fixed lambda");
    assert_eq!(setting(adaptive().with_variance_floor(0.0).check()), "variance_floor");
    let narrow = InitialWeights::RandomFourier { width: 0.0 };
    assert_eq!(setting(adaptive().with_initial_weights(narrow).check()), "initial_weights");
    assert_eq!(setting(AdaptiveAttentionConfig::new(0, 2).check()), "input");
    assert_eq!(setting(GatConvConfig::new(INPUT, 2).with_heads(0).check()), "heads");
    assert_eq!(setting(Gatv2ConvConfig::new(INPUT, 2).with_heads(0).check()), "heads");
    assert_eq!(setting(Gatv2ConvConfig::new(INPUT, 2).with_edge_input(Some(0)).check()), "edge_input");
    assert_eq!(setting(TransformerConvConfig::new(INPUT, 2).with_heads(0).check()), "heads");
    assert_eq!(setting(SelfAttentionConfig::new(4, 2).with_heads(0).check()), "heads");
    assert_eq!(setting(GaussianConvConfig::new(INPUT, 0).check()), "output");
    assert_eq!(setting(GcnConvConfig::new(0, 1).check()), "input");
    assert_eq!(setting(SageConvConfig::new(1, 0).check()), "output");
    assert_eq!(setting(FullyConnectedConfig::new(1, 0).check()), "output");
    assert_eq!(setting(MlpConfig::new(vec![3]).check()), "widths");
    assert_eq!(setting(GinConvConfig::new(MlpConfig::new(vec![3, 0])).check()), "widths");
    assert_eq!(setting(GraphNormConfig::new(3).with_epsilon(0.0).check()), "epsilon");
    assert_eq!(setting(SagPoolConfig::new(3).with_ratio(-3.0).check()), "pooling ratio");
    assert_eq!(setting(TopKPoolConfig::new(3).with_ratio(f64::NAN).check()), "pooling ratio");
    let wide = AttentionalAggregationConfig::new(MlpConfig::new(vec![4, 2]));
    assert_eq!(setting(wide.check()), "gate");
    let stream = || StreamModelConfig::new(2);
    assert_eq!(setting(stream().with_layers(0).check()), "layers");
    assert_eq!(setting(stream().with_dropout(1.0).check()), "dropout");
    assert_eq!(setting(stream().with_heads(5).check()), "heads");
    assert_eq!(setting(stream().with_embedding(Some(0)).check()), "embedding");
    assert_eq!(setting(TwoStreamModelConfig::new(3).check()), "streams");
    let network = || TwoStreamModelConfig::new(3).with_flow(Some(stream()));
    assert_eq!(setting(network().with_hidden(vec![0]).check()), "hidden");
    network().check().unwrap();
    let found = words("init", || {
        GatConvConfig::new(INPUT, 2).with_heads(0).init::<Plain>(&Default::default(), &mut SeededRng::new(1))
    });
    assert_eq!(found, "heads must be at least 1, found 0");
}
