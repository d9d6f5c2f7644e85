//! The Rust side of `gnn_vs_torch.py`: one task per call, timed and measured, on graphs of the paper's shape.
//!
//! Not a criterion bench: the script lets both sides take turns in one run and asks for peak memory.
#![allow(missing_docs, reason = "a program")]

use std::borrow::Cow;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use burn::backend::{Autodiff, Flex};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams, Optimizer};
use burn::prelude::*;
use microexpr_gnn::attention::{AdaptiveAttentionConfig, GatConvConfig, Gatv2ConvConfig};
use microexpr_gnn::conv::{GineConvConfig, MlpConfig, SageConvConfig, TransformerConvConfig};
use microexpr_gnn::graphwise::{GraphwiseNetwork, GraphwiseTraining, HostGraph, HostSample, HostStream};
use microexpr_gnn::{
    GraphBatch, SeededRng, StreamInput, Topology, TwoStreamInput, TwoStreamModel, TwoStreamModelConfig,
    to_safetensors,
};
use microexpr_graph::{EdgeList, SelfLoops, TEMPLATE_51, Temporal};

type B = Autodiff<Flex>;

const LANDMARKS: usize = 51;
const CLASSES: usize = 3;

const USAGE: &str = "gnn_side_by_side TASK CLIPS FRAMES [REPEATS | FOLDER]
  layer, sage, gine, gat, gatv2, transformer, step, inference,
  graphwise_step, graphwise_inference (graph by graph, as programs train and classify)
             time of the best of REPEATS runs in ms, and peak memory of one run in MB
  export     graph, features, weights and class scores as files in FOLDER";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [task, clips, frames, last] = &arguments[..] else {
        println!("{USAGE}");
        return Ok(());
    };
    let batch = batch(clips.parse()?, frames.parse()?)?;
    if task == "export" {
        return export(&batch, &PathBuf::from(last));
    }
    let mut work: Box<dyn FnMut()> = match task.as_str() {
        "layer" => layer(batch),
        "sage" => both_ways(sage(), batch),
        "gine" => both_ways(gine(), batch),
        "gat" => both_ways(gat(), batch),
        "gatv2" => both_ways(gatv2(), batch),
        "transformer" => both_ways(transformer(), batch),
        "step" => step(batch),
        "inference" => inference(batch),
        "graphwise_step" => graphwise_step(host_graphs(&batch)?),
        "graphwise_inference" => graphwise_inference(host_graphs(&batch)?),
        _ => return Err(USAGE.into()),
    };
    let before = reset_peak_mb();
    work();
    let peak = peak_mb() - before;
    let mut best = f64::INFINITY;
    for _ in 0..last.parse()? {
        let start = Instant::now();
        work();
        best = best.min(1e3 * start.elapsed().as_secs_f64());
    }
    println!("{best:.4} {peak:.2}");
    Ok(())
}

/// The paper's graph: the triangulated face in every frame, each landmark joined to itself in the frames beside it.
fn batch(clips: usize, frames: usize) -> Result<TwoStreamInput<B>, Box<dyn Error>> {
    let face = microexpr_graph::SpatialTopology::Delaunay.edges(&TEMPLATE_51)?;
    let edges = EdgeList::spatio_temporal(&face, LANDMARKS, frames, Temporal::default(), SelfLoops::With)?;
    let clip = Topology::new(LANDMARKS * frames, edges.source, edges.target)?;
    let topology = Topology::disjoint_union(vec![&clip; clips])?;
    let mut random = SeededRng::new(1);
    let mut features = |rows: usize, width: usize, low: f32| {
        let values: Vec<f32> = (0..rows * width).map(|_| random.uniform(low, 1.0)).collect();
        Tensor::from_data(TensorData::new(values, [rows, width]), &Default::default())
    };
    let edges = features(topology.edges(), 2, 0.0);
    let mut stream =
        |width| StreamInput { nodes: features(topology.nodes(), width, -1.0).into(), edges: edges.clone() };
    let (location, flow) = (stream(2), stream(100));
    Ok(TwoStreamInput { graph: GraphBatch::new(topology, &Default::default()), location, flow })
}

fn dense(stream: &StreamInput<B>) -> Tensor<B, 2> {
    stream.nodes.clone().dense(&Default::default())
}

fn layer(batch: TwoStreamInput<B>) -> Box<dyn FnMut()> {
    let layer = AdaptiveAttentionConfig::new(100, 32).init::<B>(&Default::default(), &mut SeededRng::new(2));
    let x = batch.flow.nodes.dense(&Default::default()).require_grad();
    Box::new(move || {
        let out = layer.forward(x.clone(), batch.flow.edges.clone(), &batch.graph);
        drop(out.powi_scalar(2).sum().backward());
    })
}

/// A layer's output of node features, edge features and their graph.
type Layer = Box<dyn Fn(Tensor<B, 2>, Tensor<B, 2>, &GraphBatch<B>) -> Tensor<B, 2>>;

/// Forward and backward of a layer on the 100 values of a node and the two of an edge.
fn both_ways(layer: Layer, batch: TwoStreamInput<B>) -> Box<dyn FnMut()> {
    let x = batch.flow.nodes.dense(&Default::default()).require_grad();
    Box::new(move || {
        let out = layer(x.clone(), batch.flow.edges.clone(), &batch.graph);
        drop(out.powi_scalar(2).sum().backward());
    })
}

fn sage() -> Layer {
    let layer = SageConvConfig::new(100, 32).init::<B>(&Default::default(), &mut SeededRng::new(2));
    Box::new(move |x, _, graph| layer.forward(x, graph))
}

fn gine() -> Layer {
    let config = GineConvConfig::new(MlpConfig::new(vec![100, 32, 32])).with_edge_input(Some(2));
    let layer = config.init::<B>(&Default::default(), &mut SeededRng::new(2));
    Box::new(move |x, edges, graph| layer.forward(x, edges, graph))
}

fn gat() -> Layer {
    let config = GatConvConfig::new(100, 32).with_edge_input(Some(2));
    let layer = config.init::<B>(&Default::default(), &mut SeededRng::new(2));
    Box::new(move |x, edges, graph| layer.forward(x, Some(edges), graph).0)
}

fn gatv2() -> Layer {
    let config = Gatv2ConvConfig::new(100, 32).with_edge_input(Some(2));
    let layer = config.init::<B>(&Default::default(), &mut SeededRng::new(2));
    Box::new(move |x, edges, graph| layer.forward(x, Some(edges), graph).0)
}

fn transformer() -> Layer {
    let config = TransformerConvConfig::new(100, 32).with_edge_input(Some(2));
    let layer = config.init::<B>(&Default::default(), &mut SeededRng::new(2));
    Box::new(move |x, edges, graph| layer.forward(x, Some(edges), graph))
}

fn step(batch: TwoStreamInput<B>) -> Box<dyn FnMut()> {
    let (device, mut random) = (Default::default(), SeededRng::new(2));
    let mut model = Some(TwoStreamModelConfig::paper(CLASSES).init::<B>(&device, &mut random));
    let mut optimizer = AdamConfig::new().init();
    let loss = CrossEntropyLossConfig::new().init::<B>(&device);
    let labels: Vec<i32> = (0..batch.graph.topology().graphs()).map(|g| (g % CLASSES) as i32).collect();
    let labels = Tensor::<B, 1, Int>::from_ints(labels.as_slice(), &device);
    Box::new(move || {
        let Some(before) = model.take() else { return };
        let value = loss.forward(before.forward(&batch, Some(&mut random)), labels.clone());
        let gradients = GradientsParams::from_grads(value.backward(), &before);
        model = Some(optimizer.step(1e-3, before, gradients));
    })
}

fn inference(batch: TwoStreamInput<B>) -> Box<dyn FnMut()> {
    let model = model();
    let plain = |s: StreamInput<B>| StreamInput { nodes: dense(&s).inner().into(), edges: s.edges.inner() };
    let input = TwoStreamInput::<Flex> {
        graph: GraphBatch::new(batch.graph.topology().clone(), &Default::default()),
        location: plain(batch.location),
        flow: plain(batch.flow),
    };
    Box::new(move || {
        std::hint::black_box(model.probabilities(&input).into_data());
    })
}

/// The graphs of a batch one by one, for as long as the program runs.
fn host_graphs(batch: &TwoStreamInput<B>) -> Result<Vec<HostGraph<'static>>, Box<dyn Error>> {
    let all = batch.graph.topology();
    let of = |stream: &StreamInput<B>| -> Result<[Vec<f32>; 2], Box<dyn Error>> {
        Ok([values(dense(stream))?, values(stream.edges.clone())?])
    };
    let (location, flow) = (of(&batch.location)?, of(&batch.flow)?);
    let mut graphs = Vec::new();
    for index in 0..all.graphs() {
        let (nodes, edges) = (all.graph_nodes(index), all.graph_edges(index));
        let ends = |list: &[u32]| list[edges.clone()].iter().map(|node| node - nodes.start as u32).collect();
        let topology = Topology::new(nodes.len(), ends(all.source()), ends(all.target()))?;
        let rows = |values: &[f32], count: usize, of: std::ops::Range<usize>| {
            let width = values.len() / count;
            Cow::Owned(values[of.start * width..of.end * width].to_vec())
        };
        let stream = |[x, e]: &[Vec<f32>; 2]| HostStream {
            nodes: rows(x, all.nodes(), nodes.clone()),
            width: x.len() / all.nodes(),
            first_columns: None,
            mean: 0.0,
            deviation: 1.0,
            edges: rows(e, all.edges(), edges.clone()),
        };
        graphs.push(HostGraph::new(Box::leak(Box::new(topology)), stream(&location), stream(&flow))?);
    }
    Ok(graphs)
}

fn values(tensor: Tensor<B, 2>) -> Result<Vec<f32>, Box<dyn Error>> {
    Ok(tensor.into_data().to_vec().map_err(|error| format!("{error:?}"))?)
}

fn graphwise_step(graphs: Vec<HostGraph<'static>>) -> Box<dyn FnMut()> {
    let mut random = SeededRng::new(2);
    let model = TwoStreamModelConfig::paper(CLASSES).init::<Flex>(&Default::default(), &mut random);
    let mut training = GraphwiseTraining::of(&model, 1e-3, 0.0);
    Box::new(move || {
        let labelled = graphs.iter().enumerate();
        let samples: Vec<_> = labelled
            .map(|(index, graph)| HostSample { graph, class: index % CLASSES, weight: 1.0 })
            .collect();
        if let Some(training) = &mut training {
            training.step(&samples, &mut random);
        }
    })
}

fn graphwise_inference(graphs: Vec<HostGraph<'static>>) -> Box<dyn FnMut()> {
    let network = GraphwiseNetwork::of(&model());
    Box::new(move || {
        std::hint::black_box(network.as_ref().map(|network| network.scores(&graphs)));
    })
}

fn model() -> TwoStreamModel<Flex> {
    TwoStreamModelConfig::paper(CLASSES).init(&Default::default(), &mut SeededRng::new(2))
}

fn export(batch: &TwoStreamInput<B>, folder: &Path) -> Result<(), Box<dyn Error>> {
    let ends = |list: &[u32]| list.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>();
    std::fs::write(folder.join("source.u32"), ends(batch.graph.topology().source()))?;
    std::fs::write(folder.join("target.u32"), ends(batch.graph.topology().target()))?;
    let values = |tensor: &Tensor<B, 2>| {
        tensor.to_data().iter::<f32>().flat_map(f32::to_le_bytes).collect::<Vec<u8>>()
    };
    std::fs::write(folder.join("edges.f32"), values(&batch.flow.edges))?;
    std::fs::write(folder.join("location.f32"), values(&dense(&batch.location)))?;
    std::fs::write(folder.join("flow.f32"), values(&dense(&batch.flow)))?;
    std::fs::write(folder.join("weights.safetensors"), to_safetensors(&model())?)?;
    let model: TwoStreamModel<B> =
        TwoStreamModelConfig::paper(CLASSES).init(&Default::default(), &mut SeededRng::new(2));
    std::fs::write(folder.join("scores.f32"), values(&model.forward(batch, None)))?;
    Ok(())
}

/// Forgets the process's peak and returns what it holds now, in MB. Linux only; 0 elsewhere.
fn reset_peak_mb() -> f64 {
    drop(std::fs::write("/proc/self/clear_refs", "5"));
    status_mb("VmRSS:")
}

fn peak_mb() -> f64 {
    status_mb("VmHWM:")
}

fn status_mb(key: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or_default();
    kilobytes / 1024.0
}
