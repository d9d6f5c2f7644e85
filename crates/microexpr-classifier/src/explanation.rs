use burn::prelude::*;
use microexpr_evaluation::FrameExplanation;
use microexpr_gnn::{Explanation, StreamExplanation};

use crate::prepared_graph::PreparedGraph;

/// Puts what was measured of every frame of `graphs` together; the clip has `length` frames.
pub(crate) fn frame_explanations(
    graphs: &[PreparedGraph],
    length: usize,
    attention: &[f64],
    relevance: Option<&[f64]>,
) -> Vec<FrameExplanation> {
    let last = length.saturating_sub(1).max(1) as f64;
    let frames = node_frames(graphs).into_iter().enumerate();
    frames
        .map(|(at, frame)| FrameExplanation {
            frame,
            place: frame as f64 / last,
            attention: attention[at],
            relevance: relevance.map(|relevance| relevance[at]),
        })
        .collect()
}

/// A figure for every landmark and one for every frame that has nodes, in the order of [`node_frames`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shares {
    pub(crate) landmarks: Vec<f64>,
    pub(crate) frames: Vec<f64>,
}

/// The frames that have nodes in any of the graphs of one clip, each once.
pub(crate) fn node_frames(graphs: &[PreparedGraph]) -> Vec<usize> {
    let mut frames: Vec<usize> = graphs.iter().flat_map(|g| g.graph.kept_frames()).copied().collect();
    frames.sort_unstable();
    frames.dedup();
    frames
}

/// The mean attention on the edges that leave the nodes of a landmark, and of a frame: of each node the sum, averaged over heads,
/// layers and streams; `graphs` are those of one batch, in its order. Without attention layers no landmark has a figure, and every
/// frame 0.
pub(crate) fn received_attention<B: Backend>(
    explanation: &Explanation<B>,
    graphs: &[PreparedGraph],
) -> Shares {
    let streams: Vec<&StreamExplanation<B>> =
        [&explanation.location, &explanation.flow].into_iter().flatten().collect();
    let layers: Vec<Vec<f32>> = streams
        .iter()
        .flat_map(|s| &s.layers)
        .map(|layer| layer.fused.clone().mean_dim(1).into_data().iter::<f32>().collect())
        .collect();
    let landmarks = graphs.first().map_or(0, |g| g.graph.landmarks());
    let frames = node_frames(graphs);
    if layers.is_empty() {
        return Shares { landmarks: Vec::new(), frames: vec![0.0; frames.len()] };
    }
    let place = |prepared: &PreparedGraph, source: u32| {
        let (node, kept) = (source as usize, prepared.graph.kept_frames());
        (prepared.landmark(node), frames.partition_point(|frame| *frame < kept[node / landmarks]))
    };
    let mut received = Shares { landmarks: vec![0.0; landmarks], frames: vec![0.0; frames.len()] };
    for weights in &layers {
        let places =
            graphs.iter().flat_map(|g| g.graph.edges().source.iter().map(move |source| place(g, *source)));
        for ((landmark, frame), weight) in places.zip(weights) {
            received.landmarks[landmark] += f64::from(*weight);
            received.frames[frame] += f64::from(*weight);
        }
    }
    let nodes_of_landmark = graphs.iter().map(|g| g.graph.kept_frames().len()).sum::<usize>();
    let nodes_of_frame =
        |frame: &usize| landmarks * graphs.iter().filter(|g| g.graph.kept_frames().contains(frame)).count();
    let share = |sum: &mut f64, nodes: usize| *sum /= (layers.len() * nodes).max(1) as f64;
    received.landmarks.iter_mut().for_each(|sum| share(sum, nodes_of_landmark));
    received.frames.iter_mut().zip(&frames).for_each(|(sum, frame)| share(sum, nodes_of_frame(frame)));
    received
}
