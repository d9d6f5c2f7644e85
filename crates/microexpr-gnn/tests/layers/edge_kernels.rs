//! GAT, GATv2, the graph transformer and GINE give what their messages give, one by one: on backends with kernels of their own for
//! these layers, kernels against plain operations.

use burn::prelude::*;
use microexpr_gnn::attention::{GatConvConfig, Gatv2ConvConfig};
use microexpr_gnn::conv::MlpConfig;
use microexpr_gnn::message_passing::MessagePassing;
use microexpr_gnn::pyg::PygLayer;
use microexpr_gnn::{GineConvConfig, GraphBatch, SeededRng, Topology, TransformerConvConfig};

use crate::device::B;
use crate::golden::{GRADIENTS, VALUES};

const INPUT: usize = 11;
/// With more edge features than 16 no kernel is used.
const EDGE_WIDTHS: [Option<usize>; 4] = [None, Some(1), Some(3), Some(17)];
/// Heads, and channels of one: less than the eight that a kernel takes at a time, just as many, and more.
const SHAPES: [(usize, usize); 4] = [(1, 8), (1, 13), (3, 3), (2, 20)];

type Run<L> = fn(&L, Tensor<B, 2>, Option<Tensor<B, 2>>, &GraphBatch<B>) -> Tensor<B, 2>;

/// Random edges in random order, some of them twice; the last node has none.
fn graph(nodes: usize, edges: usize, random: &mut SeededRng) -> Topology {
    let mut end = || (random.bits() % (nodes as u64 - 1)) as u32;
    Topology::new(nodes, (0..edges).map(|_| end()).collect(), (0..edges).map(|_| end()).collect()).unwrap()
}

/// Graphs with and without edges side by side.
fn graphs() -> Topology {
    let mut random = SeededRng::new(5);
    let graphs = [(30, 140), (2, 0), (9, 9), (2, 3), (70, 300)];
    let graphs = graphs.map(|(nodes, edges)| graph(nodes, edges, &mut random));
    Topology::disjoint_union(&graphs).unwrap()
}

fn matrix([rows, columns]: [usize; 2], random: &mut SeededRng) -> Tensor<B, 2> {
    let values: Vec<f32> = (0..rows * columns).map(|_| random.uniform(-1.0, 1.0)).collect();
    Tensor::from_data(TensorData::new(values, [rows, columns]), &Default::default()).require_grad()
}

fn list<K: Backend, const D: usize>(tensor: Tensor<K, D>) -> Vec<f32> {
    tensor.into_data().iter().collect()
}

/// Output, then the gradients of everything, by name.
fn outcome<L: PygLayer<B>>(
    layer: &L,
    edge_width: Option<usize>,
    topology: &Topology,
    run: Run<L>,
) -> Vec<(String, Vec<f32>)> {
    let mut random = SeededRng::new(6);
    let graph = GraphBatch::new(topology.clone(), &Default::default());
    let x = matrix([topology.nodes(), INPUT], &mut random);
    let edges = edge_width.map(|width| matrix([topology.edges(), width], &mut random));
    let out = run(layer, x.clone(), edges.clone(), &graph);
    let gradients = (out.clone() + 0.5).powi_scalar(2).sum().backward();
    let mut lists =
        vec![("output".to_owned(), list(out)), ("x".to_owned(), list(x.grad(&gradients).unwrap()))];
    lists.extend(edges.map(|edges| ("edges".to_owned(), list(edges.grad(&gradients).unwrap()))));
    let mut layer = layer.clone();
    let named = layer.named();
    let parameters = named.iter().map(|p| (p.name().to_owned(), p.gradient(&gradients)));
    lists.extend(parameters.filter_map(|(name, gradient)| Some((name, list(gradient?)))));
    lists
}

fn largest(list: &[f32]) -> f64 {
    list.iter().fold(0.0, |m, v| m.max(f64::from(v.abs())))
}

fn assert_same<L: PygLayer<B>>(
    what: &str,
    layer: &L,
    edge_width: Option<usize>,
    [fused, plain]: [Run<L>; 2],
) {
    let graphs = graphs();
    let [found, expected] = [fused, plain].map(|run| outcome(layer, edge_width, &graphs, run));
    assert_eq!(found.len(), expected.len());
    // A gradient that is 0 but for rounding (softmax takes off what all scores share) is so beside the others.
    let of_all = expected[1..].iter().map(|(_, list)| largest(list)).fold(0.0, f64::max);
    for ((name, found), (of, expected)) in found.iter().zip(&expected) {
        assert_eq!((name, found.len()), (of, expected.len()));
        let bound = if name == "output" { VALUES } else { GRADIENTS } * largest(expected).max(1e-2 * of_all);
        for (found, expected) in found.iter().zip(expected) {
            let difference = f64::from((found - expected).abs());
            assert!(
                difference <= bound,
                "{what}, {edge_width:?}, {name}: found {found}, expected {expected}"
            );
        }
    }
}

#[test]
fn gat_gives_what_its_messages_give() {
    for (heads, channels) in SHAPES {
        for width in EDGE_WIDTHS {
            let config = GatConvConfig::new(INPUT, channels).with_heads(heads).with_edge_input(width);
            let layer = config.init::<B>(&Default::default(), &mut SeededRng::new(1));
            assert_same(
                "GAT",
                &layer,
                width,
                [|l, x, e, g| l.forward(x, e, g).0, |l, x, e, g| l.propagate_reference(x, e, g)],
            );
        }
    }
}

#[test]
fn gatv2_gives_what_its_messages_give() {
    for (heads, channels) in SHAPES {
        for width in EDGE_WIDTHS {
            let config = Gatv2ConvConfig::new(INPUT, channels).with_heads(heads).with_edge_input(width);
            let layer = config.init::<B>(&Default::default(), &mut SeededRng::new(2));
            assert_same(
                "GATv2",
                &layer,
                width,
                [|l, x, e, g| l.forward(x, e, g).0, |l, x, e, g| l.propagate_reference(x, e, g)],
            );
        }
    }
}

#[test]
fn the_graph_transformer_gives_what_its_messages_give() {
    for (heads, channels) in SHAPES {
        for width in EDGE_WIDTHS {
            let config = TransformerConvConfig::new(INPUT, channels).with_heads(heads).with_edge_input(width);
            let layer = config.init::<B>(&Default::default(), &mut SeededRng::new(3));
            assert_same(
                "transformer",
                &layer,
                width,
                [|l, x, e, g| l.forward(x, e, g), |l, x, e, g| l.propagate_reference(x, e, g)],
            );
        }
    }
}

#[test]
fn gine_gives_what_its_messages_give() {
    for width in EDGE_WIDTHS.into_iter().flatten() {
        let config = GineConvConfig::new(MlpConfig::new(vec![INPUT, 4])).with_edge_input(Some(width));
        let layer = config.init::<B>(&Default::default(), &mut SeededRng::new(4));
        assert_same(
            "GINE",
            &layer,
            Some(width),
            [|l, x, e, g| l.forward(x, e.unwrap(), g), |l, x, e, g| l.propagate_reference(x, e, g)],
        );
    }
}

/// Attention of the edges into a node sums to 1; that the layers return is the one they used.
#[test]
fn attention_sums_to_one_over_the_edges_into_a_node() {
    let (topology, mut random) = (graphs(), SeededRng::new(7));
    let x = matrix([topology.nodes(), INPUT], &mut random);
    let edges = matrix([topology.edges(), 2], &mut random);
    let graph = GraphBatch::<B>::new(topology.clone(), &Default::default());
    let device = Default::default();
    let gat = GatConvConfig::new(INPUT, 5).with_heads(2).with_edge_input(Some(2));
    let gatv2 = Gatv2ConvConfig::new(INPUT, 5).with_heads(2).with_edge_input(Some(2));
    let alphas = [
        gat.init::<B>(&device, &mut random).forward(x.clone(), Some(edges.clone()), &graph).1,
        gatv2.init::<B>(&device, &mut random).forward(x, Some(edges), &graph).1,
    ];
    for alpha in alphas {
        assert_eq!(alpha.dims(), [topology.edges(), 2]);
        let alpha = list(alpha);
        for node in (0..topology.nodes()).filter(|node| !topology.incoming(*node).is_empty()) {
            for head in 0..2 {
                let sum: f32 = topology.incoming(node).iter().map(|e| alpha[*e as usize * 2 + head]).sum();
                assert!((sum - 1.0).abs() < 1e-5, "node {node}, head {head}: {sum}");
            }
        }
    }
}

#[cfg(all(feature = "flex", not(any(feature = "cuda", feature = "wgpu"))))]
#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    fn with_threads<L: PygLayer<B> + Sync>(layer: &L, run: Run<L>) {
        let graphs = graphs();
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| outcome(layer, Some(2), &graphs, run))
        };
        let single = with(1);
        assert!(with(2) == single && with(5) == single);
    }
    let (device, mut random) = (Default::default(), SeededRng::new(8));
    let gat = GatConvConfig::new(INPUT, 9).with_heads(2).with_edge_input(Some(2));
    with_threads(&gat.init::<B>(&device, &mut random), |l, x, e, g| l.forward(x, e, g).0);
    let gatv2 = Gatv2ConvConfig::new(INPUT, 9).with_heads(2).with_edge_input(Some(2));
    with_threads(&gatv2.init::<B>(&device, &mut random), |l, x, e, g| l.forward(x, e, g).0);
    let transformer = TransformerConvConfig::new(INPUT, 9).with_heads(2).with_edge_input(Some(2));
    with_threads(&transformer.init::<B>(&device, &mut random), |l, x, e, g| l.forward(x, e, g));
    let gine = GineConvConfig::new(MlpConfig::new(vec![INPUT, 4])).with_edge_input(Some(2));
    with_threads(&gine.init::<B>(&device, &mut random), |l, x, e, g| l.forward(x, e.unwrap(), g));
}
