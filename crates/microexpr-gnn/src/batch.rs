use std::sync::{Arc, OnceLock};

use burn::prelude::*;

use crate::Topology;

/// The edges of a batch of graphs on a device, with the index lists that the layers gather by.
#[derive(Debug, Clone)]
pub struct GraphBatch<B: Backend> {
    topology: Arc<Topology>,
    device: B::Device,
    source: Tensor<B, 1, Int>,
    target: Tensor<B, 1, Int>,
    padded: Arc<OnceLock<PaddedNeighbours<B>>>,
    gcn_norm: Arc<OnceLock<GcnNorm<B>>>,
}

/// Coefficients of `D^−½ (A + I) D^−½`; self-loops of the edge list are replaced by one per node.
#[derive(Debug, Clone)]
pub(crate) struct GcnNorm<B: Backend> {
    /// `[N, K]` in the order of [`PaddedNeighbours`], 0 for self-loops and where there is no edge.
    pub(crate) neighbour: Tensor<B, 2>,
    /// `[N, 1]`, the coefficient of the node itself.
    pub(crate) own: Tensor<B, 2>,
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
    /// Puts the edges of `topology` on `device`.
    #[must_use]
    pub fn new(topology: impl Into<Arc<Topology>>, device: &B::Device) -> Self {
        let topology = topology.into();
        let source = indices(topology.source().iter().map(|i| i64::from(*i)).collect(), device);
        let target = indices(topology.target().iter().map(|i| i64::from(*i)).collect(), device);
        Self {
            topology,
            device: device.clone(),
            source,
            target,
            padded: Arc::default(),
            gcn_norm: Arc::default(),
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
        self.source.clone()
    }

    /// Target node of every edge, `[E]`.
    #[must_use]
    pub fn target(&self) -> Tensor<B, 1, Int> {
        self.target.clone()
    }

    /// The padded neighbour list, built when first asked for.
    pub(crate) fn padded(&self) -> &PaddedNeighbours<B> {
        self.padded.get_or_init(|| PaddedNeighbours::new(&self.topology, &self.device))
    }

    /// The coefficients of graph convolution, built when first asked for.
    pub(crate) fn gcn_norm(&self) -> &GcnNorm<B> {
        self.gcn_norm.get_or_init(|| GcnNorm::new(&self.topology, &self.device))
    }
}

impl<B: Backend> GcnNorm<B> {
    fn new(topology: &Topology, device: &B::Device) -> Self {
        let nodes = topology.nodes();
        let neighbours = |node: usize| {
            let edges = topology.incoming(node).iter();
            edges.map(|e| topology.source()[*e as usize] as usize)
        };
        let degree: Vec<f32> =
            (0..nodes).map(|node| 1.0 + neighbours(node).filter(|n| *n != node).count() as f32).collect();
        let width = topology.max_in_degree().max(1);
        let mut neighbour = vec![0.0; nodes * width];
        for node in 0..nodes {
            for (column, other) in neighbours(node).enumerate().filter(|(_, n)| *n != node) {
                neighbour[node * width + column] = 1.0 / (degree[node] * degree[other]).sqrt();
            }
        }
        let own: Vec<f32> = degree.iter().map(|d| 1.0 / d).collect();
        Self {
            neighbour: Tensor::from_data(TensorData::new(neighbour, [nodes, width]), device),
            own: Tensor::from_data(TensorData::new(own, [nodes, 1]), device),
        }
    }
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
