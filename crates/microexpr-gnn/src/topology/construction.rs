//! Graphs from the forms in which they come.

use burn::prelude::*;

use super::Topology;
use crate::GnnError;

/// A graph, and the weight of every edge.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedTopology {
    /// The edges.
    pub topology: Topology,
    /// Their weights, edge by edge.
    pub weights: Vec<f32>,
}

impl Topology {
    /// One graph of `nodes` nodes with an edge from the first to the second node of every pair.
    ///
    /// # Errors
    ///
    /// [`GnnError::Empty`] without nodes, [`GnnError::NodeOutOfRange`].
    ///
    /// # Example
    ///
    /// ```
    /// use microexpr_gnn::Topology;
    ///
    /// let path = Topology::from_edges(3, [(0, 1), (1, 2)])?;
    /// assert_eq!(path.incoming(2), [1]);
    /// # Ok::<(), microexpr_gnn::GnnError>(())
    /// ```
    pub fn from_edges(nodes: usize, edges: impl IntoIterator<Item = (u32, u32)>) -> Result<Self, GnnError> {
        let (source, target) = edges.into_iter().unzip();
        Self::new(nodes, source, target)
    }

    /// One graph from its adjacency matrix `[N, N]`, row by row: entry `(i, j)` is the weight of the edge from `i` to `j`, 0
    /// where there is none.
    ///
    /// # Errors
    ///
    /// [`GnnError::Empty`] without nodes, [`GnnError::FeatureLength`] if there are not `N²` entries,
    /// [`GnnError::FeatureNotFinite`].
    pub fn from_adjacency(nodes: usize, entries: &[f32]) -> Result<WeightedTopology, GnnError> {
        crate::check_features("adjacency matrix", entries, [nodes, nodes])?;
        let present = || entries.iter().enumerate().filter(|(_, weight)| **weight != 0.0);
        let edges = present().map(|(place, _)| ((place / nodes) as u32, (place % nodes) as u32));
        let weights = present().map(|(_, weight)| *weight).collect();
        Ok(WeightedTopology { topology: Self::from_edges(nodes, edges)?, weights })
    }

    /// One graph from PyTorch Geometric's `edge_index`, `[2, E]`: sources, then targets.
    ///
    /// # Errors
    ///
    /// [`GnnError::Empty`] without nodes, [`GnnError::Shape`], [`GnnError::NodeOutOfRange`].
    pub fn from_edge_index<B: Backend>(nodes: usize, index: Tensor<B, 2, Int>) -> Result<Self, GnnError> {
        let [rows, edges] = index.dims();
        GnnError::check_shape("edge_index", [rows, edges], [2, edges])?;
        let ends: Vec<i64> = index.into_data().iter::<i64>().collect();
        // A negative number is as far out of range as can be.
        let node = |end: &i64| u32::try_from(*end).unwrap_or(u32::MAX);
        let (source, target) = ends.split_at(edges);
        Self::new(nodes, source.iter().map(node).collect(), target.iter().map(node).collect())
    }

    /// PyTorch Geometric's `edge_index`, `[2, E]`.
    #[must_use]
    pub fn edge_index<B: Backend>(&self, device: &B::Device) -> Tensor<B, 2, Int> {
        let ends = self.source().iter().chain(self.target()).map(|end| i64::from(*end)).collect();
        Tensor::from_data(TensorData::new::<i64, _>(ends, [2, self.edges()]), device)
    }

    /// Number of edges that end in every node.
    #[must_use]
    pub fn in_degrees(&self) -> Vec<usize> {
        (0..self.nodes()).map(|node| self.incoming(node).len()).collect()
    }

    /// Number of edges that start in every node.
    #[must_use]
    pub fn out_degrees(&self) -> Vec<usize> {
        self.outgoing_lists().0.windows(2).map(|w| (w[1] - w[0]) as usize).collect()
    }
}
