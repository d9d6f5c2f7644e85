//! Graphs as the network on the processor reads them, one by one.

use std::borrow::Cow;

use microexpr_gnn::graphwise::{HostGraph, HostStream};
use microexpr_graph::{FeatureColumns, Stream};

use crate::prepared_graph::PreparedGraph;
use crate::{ClassifierError, Standardisation};

/// How graphs are laid out: the same for all graphs of a network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HostLayout {
    pub(crate) standardisation: Standardisation,
    pub(crate) columns: FeatureColumns,
}

impl HostLayout {
    /// A graph with nothing hidden.
    pub(crate) fn graph<'a>(&self, prepared: &'a PreparedGraph) -> Result<HostGraph<'a>, ClassifierError> {
        let Standardisation { mean, deviation } = self.standardisation;
        let location = self.stream(prepared, prepared.graph.location(), [0.0, 1.0]);
        let flow = self.stream(prepared, prepared.graph.flow(), [mean, deviation]);
        Ok(HostGraph::new(&prepared.topology, location, flow)?)
    }

    fn stream<'a>(
        &self,
        prepared: &PreparedGraph,
        stream: &'a Stream,
        [mean, deviation]: [f32; 2],
    ) -> HostStream<'a> {
        let (nodes, edges) = (stream.node_features(), stream.edge_features());
        let (width, landmarks) = (nodes.ncols(), prepared.graph.landmarks());
        let first = |node| self.columns.first(node, width, landmarks) as u32;
        HostStream {
            first_columns: (self.columns != FeatureColumns::Shared)
                .then(|| (0..nodes.nrows()).map(first).collect()),
            nodes: nodes.to_slice().map_or_else(|| nodes.iter().copied().collect(), Cow::Borrowed),
            width,
            mean,
            deviation,
            edges: edges.to_slice().map_or_else(|| edges.iter().copied().collect(), Cow::Borrowed),
        }
    }
}
