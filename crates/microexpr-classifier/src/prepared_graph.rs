use microexpr_gnn::Topology;
use microexpr_graph::{Stream, VideoGraph};

use crate::ClassifierError;

/// A video graph whose edges are checked and listed by target once, so that it can go into many batches.
#[derive(Debug, Clone)]
pub(crate) struct PreparedGraph {
    pub(crate) graph: VideoGraph,
    pub(crate) topology: Topology,
}

/// A part of a graph, in both streams.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hidden {
    /// A landmark, in all frames.
    Landmark(usize),
    /// The frame of that number in the clip, with all its landmarks.
    Frame(usize),
}

/// A graph as it goes into a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GraphView<'a> {
    pub(crate) prepared: &'a PreparedGraph,
    /// The part whose node features count as 0, if any.
    hidden: Option<Hidden>,
}

impl PreparedGraph {
    pub(crate) fn new(graph: VideoGraph) -> Result<Self, ClassifierError> {
        let edges = graph.edges();
        let topology = Topology::new(graph.nodes(), edges.source.clone(), edges.target.clone())?;
        Ok(Self { graph, topology })
    }

    pub(crate) fn all(graphs: Vec<VideoGraph>) -> Result<Vec<Self>, ClassifierError> {
        graphs.into_iter().map(Self::new).collect()
    }

    pub(crate) fn whole(&self) -> GraphView<'_> {
        GraphView { prepared: self, hidden: None }
    }

    /// The graph with the node features of a part set to 0; edges stay.
    pub(crate) fn without(&self, part: Hidden) -> GraphView<'_> {
        GraphView { prepared: self, hidden: Some(part) }
    }
}

impl GraphView<'_> {
    fn is_hidden(&self, node: usize) -> bool {
        let graph = &self.prepared.graph;
        let landmarks = graph.landmarks();
        match self.hidden {
            None => false,
            Some(Hidden::Landmark(landmark)) => node % landmarks == landmark,
            Some(Hidden::Frame(frame)) => graph.kept_frames()[node / landmarks] == frame,
        }
    }

    /// Features of the nodes in a stream, without those of the hidden part.
    pub(crate) fn node_features(&self, stream: fn(&VideoGraph) -> &Stream) -> impl Iterator<Item = f32> {
        let rows = stream(&self.prepared.graph).node_features().into_outer_iter().enumerate();
        rows.flat_map(move |(node, row)| {
            let hide = self.is_hidden(node);
            row.into_iter().map(move |value| if hide { 0.0 } else { *value })
        })
    }
}
