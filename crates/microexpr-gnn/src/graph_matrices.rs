//! The sparse matrices that gather and sum over a batch.

use std::sync::{Arc, OnceLock};

use burn::prelude::*;

use crate::conv::gcn_degrees;
use crate::padded_neighbours::PaddedNeighbours;
use crate::sparse::SparseMatrix;
use crate::{GraphBatch, Topology};

/// Sparse matrices of the batch, each built when first asked for.
#[derive(Debug, Default)]
pub(crate) struct Matrices {
    gcn: OnceLock<Arc<SparseMatrix>>,
    sources: OnceLock<Arc<SparseMatrix>>,
    targets: OnceLock<Arc<SparseMatrix>>,
    sums: OnceLock<Arc<SparseMatrix>>,
    means: OnceLock<Arc<SparseMatrix>>,
    edge_sums: OnceLock<Arc<SparseMatrix>>,
    edge_means: OnceLock<Arc<SparseMatrix>>,
    neighbour_sums: OnceLock<Arc<SparseMatrix>>,
    neighbour_means: OnceLock<Arc<SparseMatrix>>,
    padded_edges: OnceLock<Arc<SparseMatrix>>,
    graphs: OnceLock<Arc<SparseMatrix>>,
}

impl<B: Backend> GraphBatch<B> {
    /// `D^−½ (A + I) D^−½`, `[N, N]`; self-loops of the edge list are replaced by one per node.
    pub(crate) fn gcn_matrix(&self) -> &Arc<SparseMatrix> {
        self.matrices.gcn.get_or_init(|| Arc::new(gcn_matrix(self.topology())))
    }

    /// Picks the features of every edge's source, `[E, N]`.
    pub(crate) fn sources(&self) -> &Arc<SparseMatrix> {
        let matrix = || Arc::new(SparseMatrix::gather(self.topology().nodes(), self.topology().source()));
        self.matrices.sources.get_or_init(matrix)
    }

    /// Picks the features of every edge's target, `[E, N]`.
    pub(crate) fn targets(&self) -> &Arc<SparseMatrix> {
        let matrix = || Arc::new(SparseMatrix::gather(self.topology().nodes(), self.topology().target()));
        self.matrices.targets.get_or_init(matrix)
    }

    /// Sums the nodes of every graph, `[G, N]`.
    pub(crate) fn sums(&self) -> &Arc<SparseMatrix> {
        self.matrices.sums.get_or_init(|| Arc::new(graph_sums(self.topology(), |_| 1.0)))
    }

    /// Averages the nodes of every graph, `[G, N]`.
    pub(crate) fn means(&self) -> &Arc<SparseMatrix> {
        let share = |nodes: usize| 1.0 / nodes as f32;
        self.matrices.means.get_or_init(|| Arc::new(graph_sums(self.topology(), share)))
    }

    /// Picks the features of every node's graph, `[N, G]`.
    pub(crate) fn graphs(&self) -> &Arc<SparseMatrix> {
        self.matrices.graphs.get_or_init(|| {
            let graphs = 0..self.topology().graphs();
            let chosen: Vec<u32> = graphs
                .flat_map(|g| std::iter::repeat_n(g as u32, self.topology().graph_nodes(g).len()))
                .collect();
            Arc::new(SparseMatrix::gather(self.topology().graphs(), &chosen))
        })
    }

    /// Sums the messages that arrive at every node, `[N, E]`.
    pub(crate) fn edge_sums(&self) -> &Arc<SparseMatrix> {
        self.matrices
            .edge_sums
            .get_or_init(|| self.over_incoming(self.topology().edges(), |_, edge| (edge, 1.0)))
    }

    /// Averages the messages that arrive at every node, `[N, E]`.
    pub(crate) fn edge_means(&self) -> &Arc<SparseMatrix> {
        let entry = |count: usize, edge: u32| (edge, 1.0 / count as f32);
        self.matrices.edge_means.get_or_init(|| self.over_incoming(self.topology().edges(), entry))
    }

    /// Sums the neighbours of every node, `[N, N]`.
    pub(crate) fn neighbour_sums(&self) -> &Arc<SparseMatrix> {
        let entry = |_, edge: u32| (self.topology().source()[edge as usize], 1.0);
        self.matrices.neighbour_sums.get_or_init(|| self.over_incoming(self.topology().nodes(), entry))
    }

    /// Averages the neighbours of every node, `[N, N]`.
    pub(crate) fn neighbour_means(&self) -> &Arc<SparseMatrix> {
        let entry = |count: usize, edge: u32| (self.topology().source()[edge as usize], 1.0 / count as f32);
        self.matrices.neighbour_means.get_or_init(|| self.over_incoming(self.topology().nodes(), entry))
    }

    /// A row per node with an entry per incoming edge; `entry` is told how many there are.
    fn over_incoming(&self, columns: usize, entry: impl Fn(usize, u32) -> (u32, f32)) -> Arc<SparseMatrix> {
        let row = |node: usize| {
            let edges = self.topology().incoming(node);
            edges.iter().map(|edge| entry(edges.len(), *edge))
        };
        Arc::new(SparseMatrix::from_rows(columns, (0..self.topology().nodes()).map(row)))
    }

    /// Picks the edges of the padded list, `[N·K, E]`.
    pub(crate) fn padded_edges(&self) -> &Arc<SparseMatrix> {
        self.matrices.padded_edges.get_or_init(|| {
            let edges = PaddedNeighbours::<B>::edge_numbers(self.topology());
            Arc::new(SparseMatrix::gather(self.topology().edges(), &edges))
        })
    }
}

/// Sums the nodes of every graph, each times a weight that depends on their number.
fn graph_sums(topology: &Topology, weight: impl Fn(usize) -> f32) -> SparseMatrix {
    let rows = (0..topology.graphs()).map(|g| {
        let nodes = topology.graph_nodes(g);
        let weight = weight(nodes.len());
        nodes.map(move |node| (node as u32, weight))
    });
    SparseMatrix::from_rows(topology.nodes(), rows)
}

fn gcn_matrix(topology: &Topology) -> SparseMatrix {
    let others = |node: usize| {
        let sources = topology.incoming(node).iter().map(|e| topology.source()[*e as usize]);
        sources.filter(move |other| *other as usize != node)
    };
    let nodes = topology.nodes();
    let degree = &gcn_degrees(topology);
    let row = |node: usize| {
        let weight = move |other: u32| 1.0 / (degree[node] * degree[other as usize]).sqrt();
        let own = std::iter::once((node as u32, 1.0 / degree[node]));
        own.chain(others(node).map(move |other| (other, weight(other))))
    };
    SparseMatrix::from_rows(nodes, (0..nodes).map(row))
}
