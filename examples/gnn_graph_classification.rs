//! Graph classification: rings against stars, told apart by their edges alone.

use burn::backend::{Autodiff, Flex};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams, Optimizer};
use burn::prelude::*;
use microexpr::gnn::conv::{Mlp, MlpConfig};
use microexpr::gnn::{
    GinConv, GinConvConfig, GnnError, GraphBackend, LabelledBatch, LabelledGraph, Readout, Reduction,
    SeededRng, Topology,
};

#[derive(Module, Debug)]
struct Network<B: Backend> {
    conv: GinConv<B>,
    classifier: Mlp<B>,
}

fn scores<B: GraphBackend>(network: &Network<B>, batch: &LabelledBatch<B>) -> Tensor<B, 2> {
    let nodes = network.conv.forward(batch.x.clone(), &batch.graph);
    network.classifier.forward(Readout::MaxMean.forward(nodes, &batch.graph))
}

/// A ring (0) or a star (1). The nodes know nothing but that they are there.
fn graph(nodes: u32, label: i64) -> Result<LabelledGraph, GnnError> {
    let edges = (1..nodes).map(|node| (node, if label == 0 { node - 1 } else { 0 }));
    let closing = (label == 0).then_some((0, nodes - 1));
    let one_way = Topology::from_edges(nodes as usize, edges.chain(closing))?;
    let topology = one_way.to_undirected(Reduction::Mean).topology;
    Ok(LabelledGraph::new(topology, vec![1.0; nodes as usize], vec![label]))
}

fn main() -> Result<(), GnnError> {
    let (device, random) = (Default::default(), &mut SeededRng::new(1));
    let graphs = (4..40).map(|k| graph(k / 2 + 2, i64::from(k % 2))).collect::<Result<Vec<_>, _>>()?;
    let batch = LabelledBatch::<Autodiff<Flex>>::new(&graphs[..16], [1, 0], &device)?;
    let conv = GinConvConfig::new(MlpConfig::new(vec![1, 8, 8])).init(&device, random);
    let mut network = Network { conv, classifier: MlpConfig::new(vec![16, 2]).init(&device, random) };
    let (mut optimizer, loss) = (AdamConfig::new().init(), CrossEntropyLossConfig::new().init(&device));
    for _ in 0..200 {
        let value = loss.forward(scores(&network, &batch), batch.labels.clone());
        let gradients = GradientsParams::from_grads(value.backward(), &network);
        network = optimizer.step(0.02, network, gradients);
    }
    let larger = LabelledBatch::new(&graphs[16..], [1, 0], &device)?;
    let right = scores(&network, &larger).argmax(1).flatten(0, 1).equal(larger.labels.clone());
    println!("{} of 20 larger graphs told apart", right.int().sum().into_scalar());
    Ok(())
}
