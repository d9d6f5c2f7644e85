use burn::prelude::*;
use burn::tensor::backend::AutodiffBackend;

use crate::{GnnError, GraphBatch, Topology, check_features, feature_tensor};

/// A graph on the host with its features and what is to be learned from it.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledGraph {
    /// The edges.
    pub topology: Topology,
    /// Node features, `[N, D]` row by row.
    pub nodes: Vec<f32>,
    /// Edge features, `[E, De]` row by row; empty without any.
    pub edges: Vec<f32>,
    /// One class for the whole graph, or one for every node.
    pub labels: Vec<i64>,
    /// Which labels count, as many as there are; empty if all do.
    pub mask: Vec<bool>,
}

/// Labelled graphs side by side on a device.
#[derive(Debug, Clone)]
pub struct LabelledBatch<B: Backend> {
    /// The edges.
    pub graph: GraphBatch<B>,
    /// Node features, `[N, D]`.
    pub x: Tensor<B, 2>,
    /// Edge features, `[E, De]`, if the graphs have any.
    pub edge_features: Option<Tensor<B, 2>>,
    /// One class for every graph, `[G]`, or for every node, `[N]`.
    pub labels: Tensor<B, 1, Int>,
    /// Which labels count, of the same length.
    pub mask: Tensor<B, 1, Bool>,
}

impl<B: Backend> LabelledBatch<B> {
    /// Lays graphs side by side, with `width` features at every node and `edge_width` at every edge.
    ///
    /// # Errors
    ///
    /// [`GnnError::Empty`] without graphs, [`GnnError::FeatureLength`] and [`GnnError::FeatureNotFinite`] for features, labels
    /// and masks of another number than the graph asks for.
    pub fn new<'a>(
        graphs: impl IntoIterator<Item = &'a LabelledGraph>,
        [width, edge_width]: [usize; 2],
        device: &B::Device,
    ) -> Result<Self, GnnError> {
        let graphs: Vec<&LabelledGraph> = graphs.into_iter().collect();
        let topology = Topology::disjoint_union(graphs.iter().map(|graph| &graph.topology))?;
        for graph in &graphs {
            graph.check([width, edge_width])?;
        }
        let features = |of: fn(&LabelledGraph) -> &Vec<f32>| {
            graphs.iter().flat_map(|graph| of(graph)).copied().collect::<Vec<f32>>()
        };
        let x = feature_tensor("node features", features(|g| &g.nodes), [topology.nodes(), width], device)?;
        let shape = [topology.edges(), edge_width];
        let edges = feature_tensor("edge features", features(|g| &g.edges), shape, device)?;
        let labels: Vec<i64> = graphs.iter().flat_map(|graph| &graph.labels).copied().collect();
        let rows = if labels.len() == graphs.len() { graphs.len() } else { topology.nodes() };
        check_count("labels of the batch", labels.len(), rows)?;
        let mask: Vec<bool> = graphs.iter().flat_map(|graph| graph.counted()).collect();
        Ok(Self {
            graph: GraphBatch::new(topology, device),
            x,
            edge_features: (edge_width > 0).then_some(edges),
            labels: Tensor::from_data(TensorData::new(labels, [rows]), device),
            mask: Tensor::from_data(TensorData::new(mask, [rows]), device),
        })
    }

    /// The rows of `values` (one per label) whose label counts, and those labels: what a loss is computed from.
    ///
    /// # Shapes
    ///
    /// - `values`: `[L, C]`; output: `[M, C]` and `[M]`
    #[must_use]
    pub fn counted(&self, values: Tensor<B, 2>) -> (Tensor<B, 2>, Tensor<B, 1, Int>) {
        let rows = self.mask.clone().argwhere().flatten(0, 1);
        (values.select(0, rows.clone()), self.labels.clone().select(0, rows))
    }
}

impl<B: AutodiffBackend> LabelledBatch<B> {
    /// The same batch without gradients, for a model's [`valid`](burn::module::AutodiffModule::valid).
    #[must_use]
    pub fn valid(&self) -> LabelledBatch<B::InnerBackend> {
        LabelledBatch {
            graph: self.graph.valid(),
            x: self.x.clone().inner(),
            edge_features: self.edge_features.clone().map(Tensor::inner),
            labels: self.labels.clone().inner(),
            mask: self.mask.clone().inner(),
        }
    }
}

impl LabelledGraph {
    /// A graph without edge features, all of whose labels count.
    #[must_use]
    pub fn new(topology: Topology, nodes: Vec<f32>, labels: Vec<i64>) -> Self {
        Self { topology, nodes, edges: Vec::new(), labels, mask: Vec::new() }
    }

    fn check(&self, [width, edge_width]: [usize; 2]) -> Result<(), GnnError> {
        check_features("node features", &self.nodes, [self.topology.nodes(), width])?;
        check_features("edge features", &self.edges, [self.topology.edges(), edge_width])?;
        let rows = if self.labels.len() == 1 { 1 } else { self.topology.nodes() };
        check_count("labels", self.labels.len(), rows)?;
        check_count("mask", self.mask.len(), if self.mask.is_empty() { 0 } else { rows })
    }

    /// Whether each label counts.
    fn counted(&self) -> Vec<bool> {
        if self.mask.is_empty() { vec![true; self.labels.len()] } else { self.mask.clone() }
    }
}

fn check_count(what: &'static str, found: usize, rows: usize) -> Result<(), GnnError> {
    if found == rows { Ok(()) } else { Err(GnnError::FeatureLength { what, rows, width: 1, found }) }
}
