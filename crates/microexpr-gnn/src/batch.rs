use std::any::Any;
use std::sync::{Arc, OnceLock};

use burn::prelude::*;

use crate::sparse::SparseMatrix;
use crate::{GraphBackend, Topology};

/// The edges of a batch of graphs on a device, with the index lists that the layers gather by.
#[derive(Debug, Clone)]
pub struct GraphBatch<B: Backend> {
    topology: Arc<Topology>,
    device: B::Device,
    ends: Arc<OnceLock<[Tensor<B, 1, Int>; 2]>>,
    padded: Arc<OnceLock<PaddedNeighbours<B>>>,
    kernel_lists: Arc<OnceLock<Arc<dyn Any + Send + Sync>>>,
    matrices: Arc<Matrices>,
}

/// Sparse matrices of the batch, each built when first asked for.
#[derive(Debug, Default)]
struct Matrices {
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

/// Incoming edges of every node as rows of equal length, for the layers written in plain tensor operations.
#[derive(Debug, Clone)]
pub(crate) struct PaddedNeighbours<B: Backend> {
    /// Row length `K`: the largest in-degree, at least 1.
    pub(crate) width: usize,
    /// `[N·K]` edge numbers; 0 where there is none.
    pub(crate) edge: Tensor<B, 1, Int>,
    /// `[N·K]` source nodes of those edges.
    pub(crate) source: Tensor<B, 1, Int>,
    /// `[N, K]`, true where there is no edge.
    pub(crate) absent: Tensor<B, 2, Bool>,
    /// `[E]` position of every edge in the padded list.
    pub(crate) position: Tensor<B, 1, Int>,
}

impl<B: Backend> GraphBatch<B> {
    /// A batch of the graphs of `topology`; what layers need on `device` is put there when first asked for.
    #[must_use]
    pub fn new(topology: impl Into<Arc<Topology>>, device: &B::Device) -> Self {
        Self {
            topology: topology.into(),
            device: device.clone(),
            ends: Arc::default(),
            padded: Arc::default(),
            kernel_lists: Arc::default(),
            matrices: Arc::default(),
        }
    }

    /// The edges on the host.
    #[must_use]
    pub fn topology(&self) -> &Arc<Topology> {
        &self.topology
    }

    /// The device of the index lists.
    #[must_use]
    pub fn device(&self) -> &B::Device {
        &self.device
    }

    /// Source node of every edge, `[E]`.
    #[must_use]
    pub fn source(&self) -> Tensor<B, 1, Int> {
        self.ends()[0].clone()
    }

    /// Target node of every edge, `[E]`.
    #[must_use]
    pub fn target(&self) -> Tensor<B, 1, Int> {
        self.ends()[1].clone()
    }

    /// Source and target of every edge.
    fn ends(&self) -> &[Tensor<B, 1, Int>; 2] {
        let on_device = |list: &[u32]| indices(list.iter().map(|i| i64::from(*i)).collect(), &self.device);
        self.ends.get_or_init(|| [on_device(self.topology.source()), on_device(self.topology.target())])
    }

    /// The padded neighbour list, built when first asked for.
    pub(crate) fn padded(&self) -> &PaddedNeighbours<B> {
        self.padded.get_or_init(|| PaddedNeighbours::new(&self.topology, &self.device))
    }

    /// The lists that the backend's own kernels read, prepared when first asked for.
    pub(crate) fn kernel_lists<T: Any + Send + Sync>(&self, prepare: impl FnOnce() -> T) -> Arc<T> {
        let lists = self.kernel_lists.get_or_init(|| Arc::new(prepare()));
        Arc::clone(lists).downcast().expect("a batch serves one backend")
    }

    /// `D^−½ (A + I) D^−½`, `[N, N]`; self-loops of the edge list are replaced by one per node.
    pub(crate) fn gcn_matrix(&self) -> &Arc<SparseMatrix> {
        self.matrices.gcn.get_or_init(|| Arc::new(gcn_matrix(&self.topology)))
    }

    /// Picks the features of every edge's source, `[E, N]`.
    pub(crate) fn sources(&self) -> &Arc<SparseMatrix> {
        let matrix = || Arc::new(SparseMatrix::gather(self.topology.nodes(), self.topology.source()));
        self.matrices.sources.get_or_init(matrix)
    }

    /// Picks the features of every edge's target, `[E, N]`.
    pub(crate) fn targets(&self) -> &Arc<SparseMatrix> {
        let matrix = || Arc::new(SparseMatrix::gather(self.topology.nodes(), self.topology.target()));
        self.matrices.targets.get_or_init(matrix)
    }

    /// Sums the nodes of every graph, `[G, N]`.
    pub(crate) fn sums(&self) -> &Arc<SparseMatrix> {
        self.matrices.sums.get_or_init(|| Arc::new(graph_sums(&self.topology, |_| 1.0)))
    }

    /// Averages the nodes of every graph, `[G, N]`.
    pub(crate) fn means(&self) -> &Arc<SparseMatrix> {
        let share = |nodes: usize| 1.0 / nodes as f32;
        self.matrices.means.get_or_init(|| Arc::new(graph_sums(&self.topology, share)))
    }

    /// Picks the features of every node's graph, `[N, G]`.
    pub(crate) fn graphs(&self) -> &Arc<SparseMatrix> {
        self.matrices.graphs.get_or_init(|| {
            let graphs = 0..self.topology.graphs();
            let chosen: Vec<u32> = graphs
                .flat_map(|g| std::iter::repeat_n(g as u32, self.topology.graph_nodes(g).len()))
                .collect();
            Arc::new(SparseMatrix::gather(self.topology.graphs(), &chosen))
        })
    }

    /// Sums the messages that arrive at every node, `[N, E]`.
    pub(crate) fn edge_sums(&self) -> &Arc<SparseMatrix> {
        self.matrices
            .edge_sums
            .get_or_init(|| self.over_incoming(self.topology.edges(), |_, edge| (edge, 1.0)))
    }

    /// Averages the messages that arrive at every node, `[N, E]`.
    pub(crate) fn edge_means(&self) -> &Arc<SparseMatrix> {
        let entry = |count: usize, edge: u32| (edge, 1.0 / count as f32);
        self.matrices.edge_means.get_or_init(|| self.over_incoming(self.topology.edges(), entry))
    }

    /// Sums the neighbours of every node, `[N, N]`.
    pub(crate) fn neighbour_sums(&self) -> &Arc<SparseMatrix> {
        let entry = |_, edge: u32| (self.topology.source()[edge as usize], 1.0);
        self.matrices.neighbour_sums.get_or_init(|| self.over_incoming(self.topology.nodes(), entry))
    }

    /// Averages the neighbours of every node, `[N, N]`.
    pub(crate) fn neighbour_means(&self) -> &Arc<SparseMatrix> {
        let entry = |count: usize, edge: u32| (self.topology.source()[edge as usize], 1.0 / count as f32);
        self.matrices.neighbour_means.get_or_init(|| self.over_incoming(self.topology.nodes(), entry))
    }

    /// A row per node with an entry per incoming edge; `entry` is told how many there are.
    fn over_incoming(&self, columns: usize, entry: impl Fn(usize, u32) -> (u32, f32)) -> Arc<SparseMatrix> {
        let row = |node: usize| {
            let edges = self.topology.incoming(node);
            edges.iter().map(|edge| entry(edges.len(), *edge))
        };
        Arc::new(SparseMatrix::from_rows(columns, (0..self.topology.nodes()).map(row)))
    }

    /// Picks the edges of the padded list, `[N·K, E]`.
    pub(crate) fn padded_edges(&self) -> &Arc<SparseMatrix> {
        self.matrices.padded_edges.get_or_init(|| {
            let edges = PaddedNeighbours::<B>::edge_numbers(&self.topology);
            Arc::new(SparseMatrix::gather(self.topology.edges(), &edges))
        })
    }
}

impl<B: GraphBackend> GraphBatch<B> {
    /// The features of every edge's source, `[N, C]` to `[E, C]`.
    ///
    /// # Panics
    ///
    /// If `x` has not one row per node.
    #[must_use]
    pub fn at_sources(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        B::sparse_product(self.sources(), x)
    }

    /// What every node's graph has, `[G, C]` to `[N, C]`.
    ///
    /// # Panics
    ///
    /// If `x` has not one row per graph.
    #[must_use]
    pub fn at_nodes(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        B::sparse_product(self.graphs(), x)
    }

    /// The features of every edge's target, `[N, C]` to `[E, C]`.
    ///
    /// # Panics
    ///
    /// If `x` has not one row per node.
    #[must_use]
    pub fn at_targets(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        B::sparse_product(self.targets(), x)
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
    let degree: Vec<f32> = (0..nodes).map(|node| 1.0 + others(node).count() as f32).collect();
    let degree = &degree;
    let row = |node: usize| {
        let weight = move |other: u32| 1.0 / (degree[node] * degree[other as usize]).sqrt();
        let own = std::iter::once((node as u32, 1.0 / degree[node]));
        own.chain(others(node).map(move |other| (other, weight(other))))
    };
    SparseMatrix::from_rows(nodes, (0..nodes).map(row))
}

impl<B: Backend> PaddedNeighbours<B> {
    /// `[N·K]` edge numbers; 0 where there is none.
    fn edge_numbers(topology: &Topology) -> Vec<u32> {
        let width = topology.max_in_degree().max(1);
        let rows = (0..topology.nodes()).map(|node| topology.incoming(node));
        rows.flat_map(|edges| edges.iter().copied().chain(std::iter::repeat(0)).take(width)).collect()
    }

    fn new(topology: &Topology, device: &B::Device) -> Self {
        let nodes = topology.nodes();
        let width = topology.max_in_degree().max(1);
        let mut edge = vec![0i64; nodes * width];
        let mut source = vec![0i64; nodes * width];
        let mut absent = vec![true; nodes * width];
        let mut position = vec![0i64; topology.edges()];
        for node in 0..nodes {
            for (column, e) in topology.incoming(node).iter().enumerate() {
                let slot = node * width + column;
                edge[slot] = i64::from(*e);
                source[slot] = i64::from(topology.source()[*e as usize]);
                absent[slot] = false;
                position[*e as usize] = slot as i64;
            }
        }
        let absent = Tensor::from_data(TensorData::new(absent, [nodes, width]), device);
        let [edge, source, position] = [edge, source, position].map(|list| indices(list, device));
        Self { width, edge, source, absent, position }
    }
}

/// An index list on a device.
pub(crate) fn indices<B: Backend>(list: Vec<i64>, device: &B::Device) -> Tensor<B, 1, Int> {
    let length = list.len();
    Tensor::from_data(TensorData::new(list, [length]), device)
}
