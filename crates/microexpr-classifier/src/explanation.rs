use burn::prelude::*;
use microexpr_gnn::{Explanation, StreamExplanation};
use microexpr_graph::VideoGraph;

/// Sum of the attention on the edges that leave a landmark's nodes, averaged over heads, frames,
/// layers and streams; `graphs` are those of one batch, in its order.
pub(crate) fn received_attention<B: Backend>(
    explanation: &Explanation<B>,
    graphs: &[VideoGraph],
) -> Vec<f64> {
    let streams: Vec<&StreamExplanation<B>> =
        [&explanation.location, &explanation.flow].into_iter().flatten().collect();
    let layers: Vec<Vec<f32>> = streams
        .iter()
        .flat_map(|s| &s.layers)
        .map(|layer| layer.fused.clone().mean_dim(1).into_data().iter::<f32>().collect())
        .collect();
    let landmarks = graphs.first().map_or(0, VideoGraph::landmarks);
    let mut received = vec![0.0; landmarks];
    for weights in &layers {
        let sources = graphs.iter().flat_map(|graph| &graph.edges().source);
        for (source, weight) in sources.zip(weights) {
            received[*source as usize % landmarks] += f64::from(*weight);
        }
    }
    let frames: usize = graphs.iter().map(|graph| graph.kept_frames().len()).sum();
    let shares = (layers.len() * frames).max(1) as f64;
    received.iter().map(|sum| sum / shares).collect()
}
