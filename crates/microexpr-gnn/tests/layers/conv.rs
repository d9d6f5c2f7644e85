//! GAT, GATv2 and top-k pooling give the numbers of PyTorch Geometric's own layers (`data/pyg/generate_conv.py`).

use burn::module::Param;
use burn::prelude::*;
use microexpr_gnn::attention::{GatConv, GatConvConfig, Gatv2Conv, Gatv2ConvConfig, HeadMerge};
use microexpr_gnn::{GraphBatch, SeededRng, TopKPoolConfig};
use serde_json::Value;

use crate::device::{B, Plain};
use crate::golden::{GRADIENTS, VALUES, assert_close, flat_parameter, parameter, tensor, topology};

const INPUT: usize = 4;
const OUTPUT: usize = 3;

struct Golden {
    json: Value,
    graph: GraphBatch<B>,
}

fn golden() -> Golden {
    let json: Value = serde_json::from_str(include_str!("data/pyg/conv.json")).unwrap();
    let graph = GraphBatch::new(topology(&json, "sizes"), &Default::default());
    Golden { json, graph }
}

fn merge(case: &Value) -> HeadMerge {
    if case["concat"].as_bool().unwrap() { HeadMerge::Concatenate } else { HeadMerge::Mean }
}

fn gat(case: &Value) -> GatConv<B> {
    let edge_input = case["edges"].as_bool().unwrap().then_some(2);
    let config = GatConvConfig::new(INPUT, OUTPUT)
        .with_heads(case["heads"].as_u64().unwrap() as usize)
        .with_merge(merge(case))
        .with_edge_input(edge_input);
    let mut layer = config.init::<B>(&Default::default(), &mut SeededRng::new(0));
    let weights = &case["weights"];
    layer.weight = parameter(&weights["lin.weight"]);
    layer.target_attention = flat_parameter(&weights["att_dst"]);
    layer.source_attention = flat_parameter(&weights["att_src"]);
    layer.edge_weight = edge_input.map(|_| parameter(&weights["lin_edge.weight"]));
    layer.edge_attention = edge_input.map(|_| flat_parameter(&weights["att_edge"]));
    layer.bias = parameter(&weights["bias"]);
    layer
}

fn gatv2(case: &Value) -> Gatv2Conv<B> {
    let edge_input = case["edges"].as_bool().unwrap().then_some(2);
    let config = Gatv2ConvConfig::new(INPUT, OUTPUT)
        .with_heads(case["heads"].as_u64().unwrap() as usize)
        .with_merge(merge(case))
        .with_edge_input(edge_input);
    let mut layer = config.init::<B>(&Default::default(), &mut SeededRng::new(0));
    let weights = &case["weights"];
    layer.source_weight = parameter(&weights["lin_l.weight"]);
    layer.source_bias = parameter(&weights["lin_l.bias"]);
    layer.target_weight = parameter(&weights["lin_r.weight"]);
    layer.target_bias = parameter(&weights["lin_r.bias"]);
    layer.edge_weight = edge_input.map(|_| parameter(&weights["lin_edge.weight"]));
    layer.attention = flat_parameter(&weights["att"]);
    layer.bias = parameter(&weights["bias"]);
    layer
}

type Gradients = <B as burn::tensor::backend::AutodiffBackend>::Gradients;

fn of<const D: usize>(parameter: &Param<Tensor<B, D>>, gradients: &Gradients) -> Vec<Tensor<Plain, 1>> {
    parameter.val().grad(gradients).map(|g| g.flatten(0, D - 1)).into_iter().collect()
}

fn of_optional<const D: usize>(
    parameter: &Option<Param<Tensor<B, D>>>,
    gradients: &Gradients,
) -> Vec<Tensor<Plain, 1>> {
    parameter.iter().flat_map(|p| of(p, gradients)).collect()
}

#[test]
fn gat_and_gatv2_give_pyg_values_and_gradients() {
    let golden = golden();
    let cases = golden.json["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 8);
    for case in cases {
        let x = tensor::<2>(&golden.json["x"]).require_grad();
        let edge = tensor::<2>(&golden.json["edge"]).require_grad();
        let features = case["edges"].as_bool().unwrap().then(|| edge.clone());
        let kind = case["kind"].as_str().unwrap();
        let (gat, gatv2) = (gat_of(kind, case), gatv2_of(kind, case));
        let (out, alpha) = match (&gat, &gatv2) {
            (Some(layer), _) => layer.forward(x.clone(), features.clone(), &golden.graph),
            (_, Some(layer)) => layer.forward(x.clone(), features.clone(), &golden.graph),
            _ => unreachable!(),
        };
        assert_close(&format!("{kind} output"), out.clone(), &case["output"], VALUES);
        assert_close(&format!("{kind} attention"), alpha, &case["alpha"], VALUES);
        let gradients = out.powi_scalar(2).sum().backward();
        let check = |name: &str, found: Vec<Tensor<Plain, 1>>| match (
            found.into_iter().next(),
            &case["gradients"][name],
        ) {
            (None, Value::Null) => {}
            (found, expected) => {
                assert_close(&format!("{kind} {name}"), found.expect(name), expected, GRADIENTS);
            }
        };
        check("x", x.grad(&gradients).map(|g| g.flatten(0, 1)).into_iter().collect());
        if features.is_some() {
            check("edge", edge.grad(&gradients).map(|g| g.flatten(0, 1)).into_iter().collect());
        }
        if let Some(layer) = &gat {
            check("lin.weight", of(&layer.weight, &gradients));
            check("att_dst", of(&layer.target_attention, &gradients));
            check("att_src", of(&layer.source_attention, &gradients));
            check("att_edge", of_optional(&layer.edge_attention, &gradients));
            check("lin_edge.weight", of_optional(&layer.edge_weight, &gradients));
            check("bias", of(&layer.bias, &gradients));
        }
        if let Some(layer) = &gatv2 {
            check("lin_l.weight", of(&layer.source_weight, &gradients));
            check("lin_l.bias", of(&layer.source_bias, &gradients));
            check("lin_r.weight", of(&layer.target_weight, &gradients));
            check("lin_r.bias", of(&layer.target_bias, &gradients));
            check("att", of(&layer.attention, &gradients));
            check("lin_edge.weight", of_optional(&layer.edge_weight, &gradients));
            check("bias", of(&layer.bias, &gradients));
        }
    }
}

fn gat_of(kind: &str, case: &Value) -> Option<GatConv<B>> {
    (kind == "GATConv").then(|| gat(case))
}

fn gatv2_of(kind: &str, case: &Value) -> Option<Gatv2Conv<B>> {
    (kind == "GATv2Conv").then(|| gatv2(case))
}

#[test]
fn top_k_pooling_gives_pyg_values_and_gradients() {
    let Golden { json, graph } = golden();
    let case = &json["top_k"];
    let config = TopKPoolConfig::new(INPUT).with_ratio(case["ratio"].as_f64().unwrap());
    let mut pool = config.init::<B>(&Default::default(), &mut SeededRng::new(0));
    pool.projection = parameter(&case["weight"]);
    let x = tensor::<2>(&json["x"]).require_grad();
    let pooled = pool.forward(x.clone(), &graph);
    let kept: Vec<u32> = serde_json::from_value(case["kept_nodes"].clone()).unwrap();
    assert_eq!(pooled.kept_nodes, kept);
    assert_close("scores", pooled.scores, &case["scores"], VALUES);
    assert_close("output", pooled.x.clone(), &case["output"], VALUES);
    let gradients = pooled.x.powi_scalar(2).sum().backward();
    let expected = &case["gradients"];
    assert_close("x", x.grad(&gradients).unwrap(), &expected["x"], GRADIENTS);
    let found = pool.projection.val().grad(&gradients).unwrap();
    assert_close("weight", found, &expected["select.weight"], GRADIENTS);
}
