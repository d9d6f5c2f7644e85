use burn::prelude::*;
use microexpr_gnn::{Explanation, StreamExplanation};
use microexpr_graph::VideoGraph;

/// Sum of the attention on the edges that leave a landmark's nodes, averaged over heads, frames,
/// layers and streams.
pub(crate) fn received_attention<B: Backend>(explanation: &Explanation<B>, graph: &VideoGraph) -> Vec<f64> {
    let streams: Vec<&StreamExplanation<B>> =
        [&explanation.location, &explanation.flow].into_iter().flatten().collect();
    let layers: Vec<Vec<f32>> = streams
        .iter()
        .flat_map(|s| &s.layers)
        .map(|layer| layer.fused.clone().mean_dim(1).into_data().iter::<f32>().collect())
        .collect();
    let mut received = vec![0.0; graph.landmarks()];
    for weights in &layers {
        for (source, weight) in graph.edges().source.iter().zip(weights) {
            received[*source as usize % graph.landmarks()] += f64::from(*weight);
        }
    }
    let shares = (layers.len() * graph.kept_frames().len()).max(1) as f64;
    received.iter().map(|sum| sum / shares).collect()
}
