use std::sync::Arc;

use burn::prelude::*;
use microexpr_gnn::sparse::SparseMatrix;
use microexpr_gnn::{
    GraphBatch, NodeFeatures, StreamInput, Topology, TwoStreamInput, check_features, feature_tensor,
};
use microexpr_graph::{FeatureColumns, Stream, VideoGraph};

use crate::prepared_graph::GraphView;
use crate::{ClassifierError, Standardisation};

/// How batches are laid out: the same for all batches of a network.
#[derive(Debug)]
pub(crate) struct BatchLayout<'a, B: Backend> {
    pub(crate) standardisation: Standardisation,
    pub(crate) columns: FeatureColumns,
    pub(crate) device: &'a B::Device,
}

impl<B: Backend> BatchLayout<'_, B> {
    /// Lays video graphs side by side on the device.
    pub(crate) fn batch(&self, graphs: &[GraphView<'_>]) -> Result<TwoStreamInput<B>, ClassifierError> {
        let topology = Topology::disjoint_union(graphs.iter().map(|g| &g.prepared.topology))?;
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
        graphs: &[GraphView<'_>],
        [nodes, edges]: [usize; 2],
        stream: fn(&VideoGraph) -> &Stream,
        standardise: impl Fn(f32) -> f32,
    ) -> Result<StreamInput<B>, ClassifierError> {
        let width = graphs.first().map_or(1, |g| stream(&g.prepared.graph).node_features().ncols());
        let mut node_values = Vec::with_capacity(nodes * width);
        let mut edge_values = Vec::with_capacity(edges * 2);
        for graph in graphs {
            node_values.extend(graph.node_features(stream).map(&standardise));
            edge_values.extend(stream(&graph.prepared.graph).edge_features().iter());
        }
        Ok(StreamInput {
            nodes: self.nodes(graphs, node_values, [nodes, width])?,
            edges: feature_tensor("edge features", edge_values, [edges, 2], self.device)?,
        })
    }

    /// Node features in their columns.
    fn nodes(
        &self,
        graphs: &[GraphView<'_>],
        values: Vec<f32>,
        [nodes, width]: [usize; 2],
    ) -> Result<NodeFeatures<B>, ClassifierError> {
        const WHAT: &str = "node features";
        if self.columns == FeatureColumns::Shared {
            return Ok(feature_tensor(WHAT, values, [nodes, width], self.device)?.into());
        }
        check_features(WHAT, &values, [nodes, width])?;
        let landmarks = graphs.first().map_or(1, |g| g.prepared.graph.landmarks());
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
