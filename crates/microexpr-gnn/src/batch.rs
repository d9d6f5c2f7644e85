use std::any::Any;
use std::sync::{Arc, OnceLock};

use burn::prelude::*;

use crate::Topology;
use crate::sparse::SparseMatrix;

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
