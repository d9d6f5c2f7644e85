//! State dicts of PyTorch Geometric: read strictly, written back as they were.

use burn::prelude::*;
use microexpr_gnn::attention::{GatConv, GatConvConfig, Gatv2ConvConfig, HeadMerge};
use microexpr_gnn::conv::{Epsilon, MlpConfig, Skip};
use microexpr_gnn::pyg::{PygLayer, StateDict};
use microexpr_gnn::{
    GcnConvConfig, GinConvConfig, GineConvConfig, SagPoolConfig, SageConvConfig, TransformerConvConfig,
};

use crate::device::{B, Plain};
use crate::golden::{VALUES, assert_close};
use crate::messages::{golden, random, state};

fn there_and_back<L: PygLayer<Plain>>(name: &str, mut layer: L) {
    let mut original = state();
    let all = original.clone();
    original.load(name, &mut layer).unwrap();
    let mut written = StateDict::new();
    written.store(name, &layer);
    let file = written.to_safetensors().unwrap();
    assert_eq!(file, written.to_safetensors().unwrap());
    let read = StateDict::from_safetensors(&file).unwrap();
    for name in read.names() {
        assert_eq!(read.get(name), all.get(name), "{name}");
    }
    let count = all.names().filter(|n| n.starts_with(&format!("{name}."))).count();
    assert_eq!(read.names().count(), count, "{name}");
}

#[test]
fn state_dicts_go_there_and_back() {
    let device = Default::default();
    let mlp = || MlpConfig::new(vec![4, 5, 3]);
    let random = &mut random();
    there_and_back("gcn", GcnConvConfig::new(4, 3).init(&device, random));
    there_and_back("sage_mean", SageConvConfig::new(4, 3).init(&device, random));
    there_and_back("gin", GinConvConfig::new(mlp()).with_epsilon(Epsilon::Fixed(0.0)).init(&device, random));
    there_and_back("gine_edges", GineConvConfig::new(mlp()).with_edge_input(Some(2)).init(&device, random));
    there_and_back("gat", gat().init(&device, random));
    let gatv2 = Gatv2ConvConfig::new(4, 3).with_heads(2).with_edge_input(Some(2));
    there_and_back("gatv2", gatv2.init(&device, random));
    let gated = TransformerConvConfig::new(4, 3).with_heads(3).with_merge(HeadMerge::Mean);
    let gated = gated.with_edge_input(Some(2)).with_skip(Skip::Gated);
    there_and_back("transformer_gated", gated.init(&device, random));
}

fn gat() -> GatConvConfig {
    GatConvConfig::new(4, 3).with_heads(2).with_edge_input(Some(2))
}

#[test]
fn sag_pooling_loads_with_the_sign_that_pyg_keeps_beside_it() {
    let golden = golden();
    let mut pool = SagPoolConfig::new(4).with_ratio(0.6).init::<B>(&Default::default(), &mut random());
    state().load("sag_pooling", &mut pool).unwrap();
    let pooled = pool.forward(golden.input("x"), &golden.graph);
    let case = &golden.json["cases"]["sag_pooling"];
    let kept: Vec<u32> = serde_json::from_value(case["kept_nodes"].clone()).unwrap();
    assert_eq!(pooled.kept_nodes, kept);
    assert_close("pooled", pooled.x, &case["output"], VALUES);
    // Without the sign, other nodes are kept.
    assert!(state().get("sag_pooling.select.weight").unwrap().values[0] < 0.0);
}

#[test]
fn what_does_not_fit_is_an_error_that_names_it() {
    let device = Default::default();
    let refusal = |name: &str, config: GatConvConfig| {
        let mut layer: GatConv<Plain> = config.init(&device, &mut random());
        let before = layer.weight.val().into_data();
        let error = state().load(name, &mut layer).unwrap_err().to_string();
        assert_eq!(layer.weight.val().into_data(), before, "a refused file changes nothing");
        error
    };
    let other_heads = refusal("gat", GatConvConfig::new(4, 6).with_edge_input(Some(2)));
    assert!(other_heads.contains("att_dst is [1, 2, 3], not [1, 1, 6]"), "{other_heads}");
    let without_edges = refusal("gat", GatConvConfig::new(4, 3).with_heads(2));
    assert!(without_edges.contains("nothing called att_edge"), "{without_edges}");
    let missing = refusal("graph_norm", gat());
    let expected = "graph_norm: lin.weight is missing among [\"bias\", \"mean_scale\", \"weight\"]";
    assert!(missing.contains(expected), "{missing}");
    let mut rest = state();
    rest.load("gcn", &mut GcnConvConfig::new(4, 3).init::<Plain>(&device, &mut random())).unwrap();
    assert!(rest.finish().unwrap_err().to_string().contains("nothing asked for attentional.gate_nn.0.bias"));
    assert!(StateDict::from_safetensors(&[1, 2, 3]).is_err());
}

#[test]
fn a_layer_without_bias_gets_one_of_zeros() {
    let device = Default::default();
    let mut layer = GcnConvConfig::new(4, 3).init::<Plain>(&device, &mut random());
    layer.bias = burn::module::Param::from_tensor(Tensor::ones([3], &device));
    let mut state = StateDict::new();
    state.store("", &layer);
    state.remove("bias");
    state.load("", &mut layer).unwrap();
    assert_eq!(layer.bias.val().into_data().iter::<f32>().collect::<Vec<_>>(), [0.0; 3]);
}
