//! Gradients in double precision against finite differences, on the backend that has it.

use burn::backend::{Autodiff, Flex};
use burn::module::Param;
use burn::prelude::*;
use burn::tensor::DType;
use microexpr_gnn::attention::{AdaptiveAttention, AdaptiveAttentionConfig, SelfAttentionKind};
use microexpr_gnn::{GraphBatch, SeededRng, Topology};

type B = Autodiff<Flex>;

const INPUT: usize = 3;
const OUTPUT: usize = 4;
const STEP: f64 = 1e-6;
/// Central differences are exact to `STEP²`, and lose `1e-16 / STEP` to rounding.
const BOUND: f64 = 1e-8;

fn double<const D: usize>(shape: [usize; D], random: &mut SeededRng) -> Tensor<B, D> {
    let values: Vec<f64> =
        (0..shape.iter().product::<usize>()).map(|_| f64::from(random.uniform(-1.0, 1.0))).collect();
    Tensor::from_data(TensorData::new(values, shape), (&Default::default(), DType::F64))
}

fn layer(kind: SelfAttentionKind, random: &mut SeededRng) -> AdaptiveAttention<B> {
    let config = AdaptiveAttentionConfig::new(INPUT, OUTPUT).with_heads(2).with_self_attention(kind);
    let mut layer: AdaptiveAttention<B> = config.init(&Default::default(), random);
    let mut matrix = |p: &mut Param<Tensor<B, 2>>| *p = Param::from_tensor(double(p.dims(), random));
    matrix(&mut layer.weight);
    matrix(&mut layer.self_attention.as_mut().unwrap().edge_weight);
    matrix(&mut layer.gaussian.as_mut().unwrap().weight);
    let mut vector = |p: &mut Param<Tensor<B, 1>>| *p = Param::from_tensor(double(p.dims(), random));
    vector(&mut layer.bias);
    vector(&mut layer.self_attention.as_mut().unwrap().attention);
    vector(&mut layer.gaussian.as_mut().unwrap().bias);
    vector(layer.lambda_logit.as_mut().unwrap());
    layer
}

fn loss(
    layer: &AdaptiveAttention<B>,
    x: Tensor<B, 2>,
    edges: Tensor<B, 2>,
    graph: &GraphBatch<B>,
) -> Tensor<B, 1> {
    layer.forward(x, edges, graph).powi_scalar(2).sum()
}

/// `(f(v + h) − f(v − h)) / 2h` for every value of a tensor.
fn differences<const D: usize>(at: &Tensor<B, D>, f: impl Fn(Tensor<B, D>) -> f64) -> Vec<f64> {
    let values: Vec<f64> = at.to_data().to_vec().unwrap();
    let moved = |k: usize, by: f64| {
        let mut values = values.clone();
        values[k] += by;
        f(Tensor::from_data(TensorData::new(values, at.dims()), (&at.device(), DType::F64)))
    };
    (0..values.len()).map(|k| (moved(k, STEP) - moved(k, -STEP)) / (2.0 * STEP)).collect()
}

fn assert_close<const D: usize>(what: &str, found: Option<Tensor<Flex, D>>, expected: &[f64]) {
    let found: Vec<f64> = found.expect(what).into_data().to_vec().unwrap();
    let largest = expected.iter().fold(1.0f64, |m, v| m.max(v.abs()));
    for (k, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= BOUND * largest, "{what}[{k}]: {f} against {e}");
    }
}

#[test]
fn gradients_agree_with_finite_differences() {
    for kind in [SelfAttentionKind::Gat, SelfAttentionKind::Gatv2] {
        let mut random = SeededRng::new(11);
        let topology = Topology::new(4, vec![0, 1, 2, 1, 2, 0, 2], vec![0, 0, 0, 1, 1, 2, 2]).unwrap();
        let graph = GraphBatch::<B>::new(topology, &Default::default());
        let layer = layer(kind, &mut random);
        let x = double([4, INPUT], &mut random).require_grad();
        let edges = double([7, 2], &mut random).require_grad();
        let gradients = loss(&layer, x.clone(), edges.clone(), &graph).backward();
        let value = |loss: Tensor<B, 1>| loss.into_data().iter::<f64>().next().unwrap();
        let of_x = differences(&x, |x| value(loss(&layer, x, edges.clone(), &graph)));
        assert_close("x", x.grad(&gradients), &of_x);
        let of_edges = differences(&edges, |e| value(loss(&layer, x.clone(), e, &graph)));
        assert_close("edges", edges.grad(&gradients), &of_edges);
        let of_weight = differences(&layer.weight.val(), |w| {
            let mut layer = layer.clone();
            layer.weight = Param::from_tensor(w);
            value(loss(&layer, x.clone(), edges.clone(), &graph))
        });
        assert_close("weight", layer.weight.val().grad(&gradients), &of_weight);
        let of_gaussian = differences(&layer.gaussian.as_ref().unwrap().weight.val(), |w| {
            let mut layer = layer.clone();
            layer.gaussian.as_mut().unwrap().weight = Param::from_tensor(w);
            value(loss(&layer, x.clone(), edges.clone(), &graph))
        });
        let gaussian = layer.gaussian.as_ref().unwrap().weight.val();
        assert_close("gaussian weight", gaussian.grad(&gradients), &of_gaussian);
        let of_lambda = differences(&layer.lambda_logit.as_ref().unwrap().val(), |l| {
            let mut layer = layer.clone();
            layer.lambda_logit = Some(Param::from_tensor(l));
            value(loss(&layer, x.clone(), edges.clone(), &graph))
        });
        assert_close("lambda", layer.lambda_logit.as_ref().unwrap().val().grad(&gradients), &of_lambda);
    }
}
