use burn::prelude::*;
use microexpr_gnn::{GraphBatch, StreamInput, Topology, TwoStreamInput, feature_tensor};
use microexpr_graph::{FeatureColumns, VideoGraph};
use serde::{Deserialize, Serialize};

use crate::ClassifierError;

/// Mean and deviation of the flow patches of the training clips: what makes them comparable across recordings.
///
/// One pair for all values of a patch, so the ratio between neighbouring pixels stays.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Standardisation {
    /// Mean of all patch values.
    pub mean: f32,
    /// Their standard deviation; 1 if they are all equal.
    pub deviation: f32,
}

impl Standardisation {
    /// Measures the patches of `graphs`.
    #[must_use]
    pub fn fit<'a>(graphs: impl IntoIterator<Item = &'a VideoGraph>) -> Self {
        let (mut count, mut sum, mut squares) = (0usize, 0.0f64, 0.0f64);
        for graph in graphs {
            for value in graph.patch().node_features() {
                let value = f64::from(*value);
                count += 1;
                sum += value;
                squares += value * value;
            }
        }
        let mean = sum / count.max(1) as f64;
        let variance = squares / count.max(1) as f64 - mean * mean;
        let deviation = if variance > 1e-20 { variance.sqrt() } else { 1.0 };
        Self { mean: mean as f32, deviation: deviation as f32 }
    }

    fn apply(self, value: f32) -> f32 {
        (value - self.mean) / self.deviation
    }
}

/// Lays video graphs side by side on a device.
pub(crate) fn batch<B: Backend>(
    graphs: &[&VideoGraph],
    standardisation: Standardisation,
    columns: FeatureColumns,
    device: &B::Device,
) -> Result<TwoStreamInput<B>, ClassifierError> {
    let topologies = graphs
        .iter()
        .map(|g| Topology::new(g.nodes(), g.edges().source.clone(), g.edges().target.clone()))
        .collect::<Result<Vec<_>, _>>()?;
    let topology = Topology::disjoint_union(&topologies)?;
    let size = [topology.nodes(), topology.edges()];
    let stream = |of: fn(&VideoGraph) -> &microexpr_graph::Stream, standardise: &dyn Fn(f32) -> f32| {
        let (width, landmarks) =
            graphs.first().map_or((1, 1), |g| (of(g).node_features().ncols(), g.landmarks()));
        let nodes =
            graphs.iter().flat_map(|g| of(g).node_features().into_iter().copied().map(standardise)).collect();
        let (nodes, width) = (columns.arrange(nodes, width, landmarks), columns.width(width, landmarks));
        let edges = graphs.iter().flat_map(|g| of(g).edge_features().into_iter().copied()).collect();
        Ok::<_, ClassifierError>(StreamInput {
            nodes: feature_tensor("node features", nodes, [size[0], width], device)?,
            edges: feature_tensor("edge features", edges, [size[1], 2], device)?,
        })
    };
    Ok(TwoStreamInput {
        location: stream(VideoGraph::position, &|v| v)?,
        flow: stream(VideoGraph::patch, &|v| standardisation.apply(v))?,
        graph: GraphBatch::new(topology, device),
    })
}
