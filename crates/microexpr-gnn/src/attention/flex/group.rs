use std::ops::Range;

use super::operands::{Block, Operands};

/// Some nodes in a row and the edges into them: as many as fit the processor's fastest cache. What has to wait for one edge's
/// result goes on with the next edge.
#[derive(Clone)]
pub(crate) struct Group<'a> {
    pub(crate) nodes: Range<usize>,
    /// The edges into the nodes, node by node.
    pub(crate) edges: &'a [u32],
    /// Of all nodes of the batch, and of its edges.
    start: &'a [u32],
    pub(crate) source: &'a [u32],
    pub(crate) target: &'a [u32],
}

/// Lanes of the rows that a group's edges have together.
const LANES_OF_A_GROUP: usize = 512;

impl Group<'_> {
    /// The number of edges into each node.
    #[inline(always)]
    pub(crate) fn in_degrees(&self) -> impl Iterator<Item = usize> + Clone {
        let start = &self.start[self.nodes.start..=self.nodes.end];
        start.windows(2).map(|ends| (ends[1] - ends[0]) as usize)
    }
}

/// The groups of a block whose edges have rows of `lanes` lanes.
pub(crate) fn groups<'a>(o: &Operands<'a>, block: &Block, lanes: usize) -> Vec<Group<'a>> {
    let (start, edges) = o.topology.incoming_lists();
    let most = (LANES_OF_A_GROUP / lanes.max(1)).max(1);
    let mut groups = Vec::new();
    let mut first = block.nodes.start;
    while first < block.nodes.end {
        let mut end = first + 1;
        while end < block.nodes.end && (start[end + 1] - start[first]) as usize <= most {
            end += 1;
        }
        groups.push(Group {
            nodes: first..end,
            edges: &edges[start[first] as usize..start[end] as usize],
            start,
            source: o.topology.source(),
            target: o.topology.target(),
        });
        first = end;
    }
    groups
}
