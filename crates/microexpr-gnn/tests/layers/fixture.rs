//! Every layer gives PyTorch Geometric's numbers (`data/pyg/generate.py`), in both versions of the attention.
//!
//! `MICROEXPR_GNN_FIXTURE` may name another file of the same form, of any size.

use burn::module::Param;
use burn::prelude::*;
use burn::tensor::backend::AutodiffBackend;
use microexpr_gnn::attention::{
    Activation, AdaptiveAttention, AdaptiveAttentionConfig, DensityReduction, reference,
};
use microexpr_gnn::{GraphBatch, Readout, SagPoolConfig, SeededRng};
use serde_json::Value;

use crate::device::{B, Plain};
use crate::golden::{GRADIENTS, VALUES, assert_close, parameter, tensor, topology};

struct Fixture {
    json: Value,
    graph: GraphBatch<B>,
}

fn fixture() -> Fixture {
    let text = match std::env::var("MICROEXPR_GNN_FIXTURE") {
        Ok(path) => std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}")),
        Err(_) => include_str!("data/pyg/fixture.json").to_owned(),
    };
    let json: Value = serde_json::from_str(&text).unwrap();
    let graph = GraphBatch::new(topology(&json, "graph_sizes"), &Default::default());
    Fixture { json, graph }
}

fn layer(case: &Value, input: usize, edge_input: usize) -> AdaptiveAttention<B> {
    let weights = &case["weights"];
    let output = weights["bias"].as_array().unwrap().len();
    let activation = match case["activation"].as_str().unwrap() {
        "elu" => Activation::Elu,
        "relu" => Activation::Relu,
        _ => Activation::Identity,
    };
    let reduction = match case["reduce"].as_str().unwrap() {
        "sum" => DensityReduction::Sum,
        _ => DensityReduction::Mean,
    };
    let config = AdaptiveAttentionConfig::new(input, output)
        .with_edge_input(edge_input)
        .with_activation(activation)
        .with_reduction(reduction)
        .with_variance_floor(case["var_floor"].as_f64().unwrap())
        .with_negative_slope(case["negative_slope"].as_f64().unwrap());
    let mut layer: AdaptiveAttention<B> = config.init(&Default::default(), &mut SeededRng::new(0));
    layer.weight = parameter(&weights["w"]);
    layer.bias = parameter(&weights["bias"]);
    layer.lambda_logit = Some(parameter(&weights["lambda_logit"]));
    let own = layer.self_attention.as_mut().unwrap();
    own.edge_weight = parameter(&weights["w_edge"]);
    own.attention = parameter(&weights["attention"]);
    let gaussian = layer.gaussian.as_mut().unwrap();
    gaussian.weight = parameter(&weights["w_gaussian"]);
    gaussian.bias = parameter(&weights["b_gaussian"]);
    layer
}

fn check_layers(fused: bool) {
    let fixture = fixture();
    let cases = fixture.json["layers"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let x = tensor::<2>(&fixture.json["x"]).require_grad();
        let edges = tensor::<2>(&fixture.json["edge"]).require_grad();
        let layer = layer(case, x.dims()[1], edges.dims()[1]);
        let (out, attention) = if fused {
            layer.forward_with_attention(x.clone(), edges.clone(), &fixture.graph)
        } else {
            layer.forward_reference(x.clone(), edges.clone(), &fixture.graph)
        };
        let inner = &case["inner"];
        assert_close("output", out.clone(), &case["output"], VALUES);
        assert_close("alpha_self", attention.self_attention.unwrap(), &inner["alpha_self"], VALUES);
        assert_close("alpha_gaussian", attention.gaussian.unwrap(), &inner["alpha_gaussian"], VALUES);
        assert_close("alpha", attention.fused, &inner["alpha"], VALUES);
        assert_close("lambda", layer.lambda(), &inner["lambda_"], VALUES);

        let gradients = out.powi_scalar(2).sum().backward();
        let expected = &case["gradients"];
        let check = |name: &str, found: Option<Tensor<Plain, 2>>| {
            assert_close(name, found.expect(name), &expected[name], GRADIENTS);
        };
        let line = |p: &Param<Tensor<B, 1>>| p.val().grad(&gradients).map(|g| g.unsqueeze::<2>());
        let own = layer.self_attention.as_ref().unwrap();
        let gaussian = layer.gaussian.as_ref().unwrap();
        check("x", x.grad(&gradients));
        check("edge", edges.grad(&gradients));
        check("w", layer.weight.val().grad(&gradients));
        check("w_edge", own.edge_weight.val().grad(&gradients));
        check("attention", line(&own.attention));
        check("w_gaussian", gaussian.weight.val().grad(&gradients));
        check("b_gaussian", line(&gaussian.bias));
        check("bias", line(&layer.bias));
        check("lambda_logit", line(layer.lambda_logit.as_ref().unwrap()));
    }
}

#[test]
fn fused_attention_gives_pyg_values_and_gradients() {
    check_layers(true);
}

#[test]
fn reference_attention_gives_pyg_values_and_gradients() {
    check_layers(false);
}

#[test]
fn gaussian_statistics_follow_equations_3_to_5() {
    let fixture = fixture();
    for case in fixture.json["layers"].as_array().unwrap() {
        let (x, edges) = (tensor::<2>(&fixture.json["x"]), tensor::<2>(&fixture.json["edge"]));
        let layer = layer(case, x.dims()[1], edges.dims()[1]);
        let terms = layer.inputs(x, edges, &fixture.graph).gaussian.unwrap();
        let found = reference::gaussian_statistics(terms, &fixture.graph, layer.settings());
        let inner = &case["inner"];
        assert_close("mean", found.mean, &inner["gaussian_mean"], VALUES);
        assert_close("variance", found.variance, &inner["gaussian_variance"], VALUES);
        // The density is positive, so LeakyReLU leaves it as it is.
        assert_close("score", found.density, &inner["gaussian_score"], VALUES);
    }
}

#[test]
fn sag_pooling_and_readout_give_pyg_values_and_gradients() {
    let fixture = fixture();
    let golden = &fixture.json["sag_pooling"];
    let input = tensor::<2>(&golden["input"]).require_grad();
    let ratio = golden["ratio"].as_f64().unwrap();
    let config = SagPoolConfig::new(input.dims()[1]).with_ratio(ratio);
    let mut pool = config.init::<B>(&Default::default(), &mut SeededRng::new(0));
    pool.score.weight = parameter(&golden["weights"]["gnn.lin.weight"]);
    pool.score.bias = parameter(&golden["weights"]["gnn.bias"]);
    let pooled = pool.forward(input.clone(), &fixture.graph);

    // The order of kept nodes within a graph is free; sort PyG's rows by node.
    let kept: Vec<u32> = serde_json::from_value(golden["kept_nodes"].clone()).unwrap();
    let mut order: Vec<usize> = (0..kept.len()).collect();
    order.sort_by_key(|k| kept[*k]);
    let sorted = |rows: &Value| Value::Array(order.iter().map(|k| rows[*k].clone()).collect());
    assert_eq!(pooled.kept_nodes, order.iter().map(|k| kept[*k]).collect::<Vec<_>>());
    assert_close("scores", pooled.scores, &sorted(&golden["kept_scores_after_tanh"]), VALUES);
    assert_close("output", pooled.x.clone(), &sorted(&golden["output"]), VALUES);

    let ends = |key: &str| -> Vec<u32> {
        let renumbered: Vec<usize> = serde_json::from_value(golden[key].clone()).unwrap();
        renumbered.iter().map(|k| kept[*k]).collect()
    };
    let mut expected: Vec<(u32, u32)> = ends("source").into_iter().zip(ends("target")).collect();
    let original = fixture.graph.topology();
    let of = |e: &u32| (original.source()[*e as usize], original.target()[*e as usize]);
    let mut found: Vec<(u32, u32)> = pooled.kept_edges.iter().map(of).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(pooled.graph.topology().edges(), found.len());

    let readout = Readout::MaxMean.forward(pooled.x, &pooled.graph);
    assert_close("readout", readout.clone(), &golden["readout_max_then_mean"], VALUES);
    let gradients = readout.powi_scalar(2).sum().backward();
    let expected = &golden["gradient_of_readout_sum_of_squares_wrt_input"];
    assert_close("gradient", input.grad(&gradients).unwrap(), expected, GRADIENTS);
}

/// Keeps the bound that the fused operation is built on visible: it runs under autodiff.
const _: fn() = || {
    fn trainable<T: AutodiffBackend + microexpr_gnn::GraphBackend>() {}
    trainable::<B>();
};
