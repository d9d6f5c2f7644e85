//! The network on graphs of the paper's size: 51 landmarks, 15 kept frames, 8 neighbours.
#![allow(missing_docs, reason = "criterion_group! makes an undocumented function")]

use burn::backend::{Autodiff, Flex};
use burn::module::AutodiffModule;
use burn::prelude::*;
use criterion::{Criterion, criterion_group, criterion_main};
use microexpr_gnn::attention::AdaptiveAttentionConfig;
use microexpr_gnn::{
    GraphBatch, SeededRng, StreamInput, Topology, TwoStreamInput, TwoStreamModel, TwoStreamModelConfig,
};

type Training = Autodiff<Flex>;

const LANDMARKS: u32 = 51;
const FRAMES: u32 = 15;

/// Each node joined to itself, its neighbours on a ring of five, and itself in the frames before and after.
fn clip() -> Topology {
    let nodes = LANDMARKS * FRAMES;
    let mut pairs = Vec::new();
    for node in 0..nodes {
        let (frame, landmark) = (node / LANDMARKS, node % LANDMARKS);
        let beside = [0, 1, 2, 49, 50].map(|step| frame * LANDMARKS + (landmark + step) % LANDMARKS);
        pairs.extend(beside.map(|other| (other, node)));
        pairs.extend((frame > 0).then(|| (node - LANDMARKS, node)));
        pairs.extend((frame + 1 < FRAMES).then(|| (node + LANDMARKS, node)));
    }
    let (source, target) = pairs.into_iter().unzip();
    Topology::new(nodes as usize, source, target).expect("all nodes exist")
}

fn features<B: Backend>(shape: [usize; 2], random: &mut SeededRng) -> Tensor<B, 2> {
    let values: Vec<f32> = (0..shape[0] * shape[1]).map(|_| random.uniform(-1.0, 1.0)).collect();
    Tensor::from_data(TensorData::new(values, shape), &Default::default())
}

fn input<B: Backend>(clips: usize) -> TwoStreamInput<B> {
    let clip = clip();
    let topology = Topology::disjoint_union(vec![&clip; clips]).expect("at least one clip");
    let (nodes, edges) = (topology.nodes(), topology.edges());
    let mut random = SeededRng::new(1);
    let mut stream = |width| StreamInput {
        nodes: features([nodes, width], &mut random).into(),
        edges: features([edges, 2], &mut random),
    };
    let (location, flow) = (stream(2), stream(100));
    TwoStreamInput { graph: GraphBatch::new(topology, &Default::default()), location, flow }
}

fn benches(criterion: &mut Criterion) {
    let mut random = SeededRng::new(2);
    let device = Default::default();
    let model: TwoStreamModel<Training> = TwoStreamModelConfig::paper(3).init(&device, &mut random);
    let batch = input::<Training>(32);
    // Without gradients, as clips are classified.
    let (inference, one) = (model.valid(), input::<Flex>(1));
    let layer = AdaptiveAttentionConfig::new(100, 32).init::<Training>(&device, &mut random);
    let mut group = criterion.benchmark_group("gnn");
    group.sample_size(10);
    group.bench_function("adaptive layer, forward + backward, 32 clips", |b| {
        b.iter(|| {
            layer
                .forward(batch.flow.nodes.clone().dense(&device), batch.flow.edges.clone(), &batch.graph)
                .sum()
                .backward()
        });
    });
    group.bench_function("adaptive layer in plain operations, forward + backward, 32 clips", |b| {
        b.iter(|| {
            let (nodes, edges) = (batch.flow.nodes.clone().dense(&device), batch.flow.edges.clone());
            layer.forward_reference(nodes, edges, &batch.graph).0.sum().backward()
        });
    });
    group.bench_function("two streams, forward + backward, 32 clips", |b| {
        b.iter(|| model.forward(&batch, Some(&mut random)).sum().backward());
    });
    group.bench_function("two streams, inference, 1 clip", |b| {
        b.iter(|| inference.probabilities(&one).into_data())
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
