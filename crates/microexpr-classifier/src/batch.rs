use std::sync::Arc;

use burn::prelude::*;
use microexpr_gnn::sparse::SparseMatrix;
use microexpr_gnn::{
    GraphBatch, NodeFeatures, StreamInput, Topology, TwoStreamInput, check_features, feature_tensor,
};
use microexpr_graph::{FeatureColumns, Stream, VideoGraph};
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
            for value in graph.flow().node_features() {
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

/// A video graph whose edges are checked and listed by target, so that it can go into many batches.
#[derive(Debug, Clone)]
pub(crate) struct PreparedGraph<'a> {
    graph: &'a VideoGraph,
    topology: Topology,
    /// The part whose node features count as 0, if any.
    hidden: Option<Hidden>,
}

/// A part of a graph, in both streams.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hidden {
    /// A landmark, in all frames.
    Landmark(usize),
    /// The frame of that number in the clip, with all its landmarks.
    Frame(usize),
}

impl<'a> PreparedGraph<'a> {
    pub(crate) fn new(graph: &'a VideoGraph) -> Result<Self, ClassifierError> {
        let edges = graph.edges();
        let topology = Topology::new(graph.nodes(), edges.source.clone(), edges.target.clone())?;
        Ok(Self { graph, topology, hidden: None })
    }

    /// The same graph with the node features of a part set to 0; edges stay.
    pub(crate) fn without(&self, part: Hidden) -> Self {
        Self { hidden: Some(part), ..self.clone() }
    }

    fn is_hidden(&self, node: usize) -> bool {
        let landmarks = self.graph.landmarks();
        match self.hidden {
            None => false,
            Some(Hidden::Landmark(landmark)) => node % landmarks == landmark,
            Some(Hidden::Frame(frame)) => self.graph.kept_frames()[node / landmarks] == frame,
        }
    }

    /// Features of the nodes in a stream, without those of the hidden part.
    fn node_features(&self, stream: fn(&VideoGraph) -> &Stream) -> impl Iterator<Item = f32> {
        let rows = stream(self.graph).node_features().into_outer_iter().enumerate();
        rows.flat_map(move |(node, row)| {
            let hide = self.is_hidden(node);
            row.into_iter().map(move |value| if hide { 0.0 } else { *value })
        })
    }
}

/// How batches are laid out: the same for all batches of a network.
#[derive(Debug)]
pub(crate) struct BatchLayout<'a, B: Backend> {
    pub(crate) standardisation: Standardisation,
    pub(crate) columns: FeatureColumns,
    pub(crate) device: &'a B::Device,
}

impl<B: Backend> BatchLayout<'_, B> {
    /// Lays video graphs side by side on the device.
    pub(crate) fn batch(&self, graphs: &[&PreparedGraph<'_>]) -> Result<TwoStreamInput<B>, ClassifierError> {
        let topology = Topology::disjoint_union(graphs.iter().map(|g| &g.topology))?;
        let size = [topology.nodes(), topology.edges()];
        Ok(TwoStreamInput {
            location: self.stream(graphs, size, VideoGraph::location, |v| v)?,
            flow: self.stream(graphs, size, VideoGraph::flow, |v| self.standardisation.apply(v))?,
            graph: GraphBatch::new(topology, self.device),
        })
    }

    /// One stream of a batch of some nodes and edges.
    fn stream(
        &self,
        graphs: &[&PreparedGraph<'_>],
        [nodes, edges]: [usize; 2],
        stream: fn(&VideoGraph) -> &Stream,
        standardise: impl Fn(f32) -> f32,
    ) -> Result<StreamInput<B>, ClassifierError> {
        let width = graphs.first().map_or(1, |g| stream(g.graph).node_features().ncols());
        let mut node_values = Vec::with_capacity(nodes * width);
        let mut edge_values = Vec::with_capacity(edges * 2);
        for graph in graphs {
            node_values.extend(graph.node_features(stream).map(&standardise));
            edge_values.extend(stream(graph.graph).edge_features().iter());
        }
        Ok(StreamInput {
            nodes: self.nodes(graphs, node_values, [nodes, width])?,
            edges: feature_tensor("edge features", edge_values, [edges, 2], self.device)?,
        })
    }

    /// Node features in their columns.
    fn nodes(
        &self,
        graphs: &[&PreparedGraph<'_>],
        values: Vec<f32>,
        [nodes, width]: [usize; 2],
    ) -> Result<NodeFeatures<B>, ClassifierError> {
        const WHAT: &str = "node features";
        if self.columns == FeatureColumns::Shared {
            return Ok(feature_tensor(WHAT, values, [nodes, width], self.device)?.into());
        }
        check_features(WHAT, &values, [nodes, width])?;
        let landmarks = graphs.first().map_or(1, |g| g.graph.landmarks());
        let rows = values.chunks_exact(width).enumerate().map(|(node, row)| {
            let first = self.columns.first(node, width, landmarks);
            row.iter().enumerate().map(move |(place, value)| ((first + place) as u32, *value))
        });
        Ok(NodeFeatures::Sparse(Arc::new(SparseMatrix::from_rows(
            self.columns.width(width, landmarks),
            rows,
        ))))
    }
}
