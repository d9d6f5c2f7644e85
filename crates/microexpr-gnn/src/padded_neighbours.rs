use burn::prelude::*;

use crate::Topology;
use crate::batch::indices;

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

impl<B: Backend> PaddedNeighbours<B> {
    /// `[N·K]` edge numbers; 0 where there is none.
    pub(crate) fn edge_numbers(topology: &Topology) -> Vec<u32> {
        let width = topology.max_in_degree().max(1);
        let rows = (0..topology.nodes()).map(|node| topology.incoming(node));
        rows.flat_map(|edges| edges.iter().copied().chain(std::iter::repeat(0)).take(width)).collect()
    }

    pub(crate) fn new(topology: &Topology, device: &B::Device) -> Self {
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
