use microexpr_gnn::Topology;
use microexpr_graph::{EdgeList, MIRROR_51, Stream, VideoGraph};
use microexpr_pipeline::{ClipGraph, PipelineError};

use crate::ClassifierError;

/// A video graph whose edges are checked and listed by target once, so that it can go into many batches.
#[derive(Debug, Clone)]
pub(crate) struct PreparedGraph {
    pub(crate) graph: VideoGraph,
    pub(crate) topology: Topology,
    /// Whether it shows the clip's mirror image.
    mirrored: bool,
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
    fn new(graph: VideoGraph, mirrored: bool) -> Result<Self, ClassifierError> {
        let edges = graph.edges();
        let topology = Topology::new(graph.nodes(), edges.source.clone(), edges.target.clone())?;
        Ok(Self { graph, topology, mirrored })
    }

    pub(crate) fn all(graphs: Vec<VideoGraph>) -> Result<Vec<Self>, ClassifierError> {
        graphs.into_iter().map(|graph| Self::new(graph, false)).collect()
    }

    /// The graphs that stand for a clip.
    pub(crate) fn of_clip(clip: ClipGraph) -> Result<Vec<Self>, ClassifierError> {
        let (units, mirrored) = clip.into_units();
        let units = units.into_iter().map(|graph| Self::new(graph, false));
        units.chain(mirrored.into_iter().map(|graph| Self::new(graph, true))).collect()
    }

    /// The same nodes, joined by nothing.
    pub(crate) fn without_edges(self) -> Result<Self, ClassifierError> {
        let mut parts = self.graph.into_parts();
        let alone = |stream: &Stream| Stream::new(stream.node_features().to_owned(), Vec::new());
        parts.location = alone(&parts.location).map_err(PipelineError::from)?;
        parts.flow = alone(&parts.flow).map_err(PipelineError::from)?;
        parts.edges = EdgeList { source: Vec::new(), target: Vec::new() };
        Self::new(VideoGraph::new(parts).map_err(PipelineError::from)?, self.mirrored)
    }

    /// The landmark of the clip that a node shows.
    pub(crate) fn landmark(&self, node: usize) -> usize {
        let landmark = node % self.graph.landmarks();
        if self.mirrored { MIRROR_51[landmark] } else { landmark }
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
    /// The nodes of the hidden part.
    #[cfg(feature = "flex")]
    pub(crate) fn hidden_nodes(&self) -> Vec<u32> {
        (0..self.prepared.graph.nodes())
            .filter(|node| self.is_hidden(*node))
            .map(|node| node as u32)
            .collect()
    }

    fn is_hidden(&self, node: usize) -> bool {
        let graph = &self.prepared.graph;
        match self.hidden {
            None => false,
            Some(Hidden::Landmark(landmark)) => self.prepared.landmark(node) == landmark,
            Some(Hidden::Frame(frame)) => graph.kept_frames()[node / graph.landmarks()] == frame,
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

#[cfg(test)]
mod tests {
    use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
    use microexpr_graph::{GraphParams, TEMPLATE_51, build};

    use super::*;

    #[test]
    fn a_landmark_is_hidden_at_its_partner_in_the_mirror() {
        let points = TEMPLATE_51.map(|p| [127.0 + 70.0 * p[0], 90.0 + 70.0 * p[1]]);
        let face = Landmarks::new(LandmarkScheme::Paper51, points.to_vec()).unwrap();
        let flow = FlowField::zeros(254, 254);
        let graph = || {
            build(
                &[face.clone(), face.clone()],
                &[flow.clone(), flow.clone()],
                &[0, 3],
                &GraphParams::default(),
            )
        };
        let hidden = |prepared: &PreparedGraph, landmark: usize| -> Vec<usize> {
            let view = prepared.without(Hidden::Landmark(landmark));
            (0..102).filter(|node| view.is_hidden(*node)).collect()
        };
        let (own, mirrored) = (
            PreparedGraph::new(graph().unwrap(), false).unwrap(),
            PreparedGraph::new(graph().unwrap(), true).unwrap(),
        );
        for (landmark, partner) in MIRROR_51.into_iter().enumerate() {
            assert_eq!(hidden(&own, landmark), [landmark, 51 + landmark]);
            assert_eq!(hidden(&mirrored, landmark), [partner, 51 + partner]);
        }
    }
}
