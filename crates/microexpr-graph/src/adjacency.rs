//! Neighbours of every node, read off an edge list.

use crate::{GraphError, SelfLoops};

/// Neighbours of each node, rising and without repeats, in one flat list.
pub(crate) struct Adjacency {
    start: Vec<usize>,
    neighbours: Vec<u32>,
}

impl Adjacency {
    pub(crate) fn of(&self, node: usize) -> &[u32] {
        &self.neighbours[self.start[node]..self.start[node + 1]]
    }
}

/// Checks that both ends of every edge exist.
pub(crate) fn check(nodes: usize, source: &[u32], target: &[u32]) -> Result<(), GraphError> {
    if source.len() != target.len() {
        return Err(GraphError::Length { name: "target", expected: source.len(), found: target.len() });
    }
    for (edge, (s, t)) in source.iter().zip(target).enumerate() {
        if let Some(node) = [*s, *t].into_iter().find(|n| *n as usize >= nodes) {
            return Err(GraphError::NodeRange { edge, node, nodes });
        }
    }
    Ok(())
}

/// Neighbours in either direction; with or without the node itself, whatever loops the list holds.
pub(crate) fn neighbours(
    nodes: usize,
    source: &[u32],
    target: &[u32],
    itself: SelfLoops,
) -> Result<Adjacency, GraphError> {
    check(nodes, source, target)?;
    let mut lists: Vec<Vec<u32>> = vec![Vec::new(); nodes];
    for (s, t) in source.iter().zip(target).filter(|(s, t)| s != t) {
        lists[*s as usize].push(*t);
        lists[*t as usize].push(*s);
    }
    let mut adjacency = Adjacency { start: vec![0], neighbours: Vec::with_capacity(2 * source.len()) };
    for (node, mut list) in lists.into_iter().enumerate() {
        if itself == SelfLoops::With {
            list.push(node as u32);
        }
        list.sort_unstable();
        list.dedup();
        adjacency.neighbours.extend(list);
        adjacency.start.push(adjacency.neighbours.len());
    }
    Ok(adjacency)
}
