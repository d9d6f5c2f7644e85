//! The parts of a batch that are worked on side by side.

use super::operands::Block;
use crate::Topology;

/// Nodes and edges of every block.
pub(crate) fn lengths(blocks: &[Block]) -> (Vec<usize>, Vec<usize>) {
    blocks.iter().map(|b| (b.nodes.len(), b.edges.len())).unzip()
}

/// Nodes of a block of the forward pass.
const NODES: usize = 64;

/// Parts of graphs where the edges are sorted by target, so that a run of nodes owns a run of edges; else whole graphs.
pub(crate) fn forward_blocks(topology: &Topology) -> Vec<Block> {
    if !topology.sorted_by_target() {
        return blocks(topology);
    }
    let (start, _) = topology.incoming_lists();
    let part = |first: usize| {
        let nodes = first..(first + NODES).min(topology.nodes());
        Block { edges: start[nodes.start] as usize..start[nodes.end] as usize, nodes }
    };
    (0..topology.nodes()).step_by(NODES).map(part).collect()
}

pub(crate) fn blocks(topology: &Topology) -> Vec<Block> {
    let block = |g| Block { nodes: topology.graph_nodes(g), edges: topology.graph_edges(g) };
    (0..topology.graphs()).map(block).collect()
}

/// Cuts a list of `width` values per node or edge into one slice per block.
pub(crate) fn cut<'a, T>(
    mut list: &'a mut [T],
    lengths: &[usize],
    width: usize,
) -> std::vec::IntoIter<&'a mut [T]> {
    let mut slices = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (slice, rest) = list.split_at_mut(length * width);
        slices.push(slice);
        list = rest;
    }
    slices.into_iter()
}
