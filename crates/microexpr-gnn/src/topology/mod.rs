//! Edges of graphs on the host.
//!
//! | module | holds |
//! |---|---|
//! | `construction` | from edge lists, adjacency matrices, `edge_index`; degrees |
//! | `neighbourhoods` | k-nearest-neighbour and radius graphs |
//! | `rewired` | a graph with other edges, and the features of those |
//! | `self_loops`, `undirected`, `virtual_nodes` | edges added |
//! | `subgraph`, `neighbour_sampling` | nodes and edges left out |
//! | `serialised` | reading and writing |

mod construction;
mod neighbour_sampling;
mod neighbourhoods;
mod rewired;
mod self_loops;
mod serialised;
mod subgraph;
mod undirected;
mod virtual_nodes;

use std::ops::Range;

use crate::GnnError;

pub use construction::WeightedTopology;
pub use rewired::Rewired;
pub use self_loops::LoopFeatures;
pub use subgraph::Subgraph;
pub use undirected::Reduction;
pub use virtual_nodes::VirtualNodes;

/// The edges of one graph, or of several disjoint graphs laid one after the other, on the host.
///
/// Edge `e` runs from `source[e]` (neighbour *j*) to `target[e]` (node *i*), as in PyTorch Geometric; a node attends
/// over its incoming edges. Edges keep the order in which they were given. Validated once, here: every layer trusts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    source: Vec<u32>,
    target: Vec<u32>,
    /// Edge numbers grouped by target; node `i` owns `incoming[incoming_start[i]..incoming_start[i + 1]]`.
    incoming: Vec<u32>,
    incoming_start: Vec<u32>,
    /// Graph `g` owns the nodes `node_start[g]..node_start[g + 1]`, and its edges likewise.
    node_start: Vec<usize>,
    edge_start: Vec<usize>,
}

impl Topology {
    /// One graph of `nodes` nodes.
    ///
    /// # Errors
    ///
    /// [`GnnError::Empty`] without nodes, [`GnnError::EdgeListLength`], [`GnnError::NodeOutOfRange`].
    pub fn new(nodes: usize, source: Vec<u32>, target: Vec<u32>) -> Result<Self, GnnError> {
        if nodes == 0 {
            return Err(GnnError::Empty);
        }
        if source.len() != target.len() {
            return Err(GnnError::EdgeListLength { sources: source.len(), targets: target.len() });
        }
        let outside = |(s, t): (&u32, &u32)| *s as usize >= nodes || *t as usize >= nodes;
        if let Some(edge) = source.iter().zip(&target).position(outside) {
            let (source_node, target_node) = (source[edge], target[edge]);
            return Err(GnnError::NodeOutOfRange { edge, source_node, target_node, nodes });
        }
        let edges = source.len();
        Ok(Self::indexed(source, target, vec![0, nodes], vec![0, edges]))
    }

    /// Lays graphs one after the other as one disjoint graph.
    ///
    /// # Errors
    ///
    /// [`GnnError::Empty`] if there are none.
    pub fn disjoint_union<'a>(graphs: impl IntoIterator<Item = &'a Self>) -> Result<Self, GnnError> {
        let (mut source, mut target) = (Vec::new(), Vec::new());
        let (mut node_start, mut edge_start) = (vec![0], vec![0]);
        let (mut incoming, mut incoming_start) = (Vec::new(), vec![0]);
        let mut nodes = 0;
        for graph in graphs {
            let edges = source.len();
            incoming.extend(graph.incoming.iter().map(|e| e + edges as u32));
            incoming_start.extend(graph.incoming_start[1..].iter().map(|s| s + edges as u32));
            source.extend(graph.source.iter().map(|s| s + nodes as u32));
            target.extend(graph.target.iter().map(|t| t + nodes as u32));
            node_start.extend(graph.node_start[1..].iter().map(|s| s + nodes));
            edge_start.extend(graph.edge_start[1..].iter().map(|s| s + edges));
            nodes += graph.nodes();
        }
        if nodes == 0 {
            return Err(GnnError::Empty);
        }
        Ok(Self { source, target, incoming, incoming_start, node_start, edge_start })
    }

    fn indexed(source: Vec<u32>, target: Vec<u32>, node_start: Vec<usize>, edge_start: Vec<usize>) -> Self {
        let nodes = node_start[node_start.len() - 1];
        let (incoming_start, incoming) = grouped(&target, nodes);
        Self { source, target, incoming, incoming_start, node_start, edge_start }
    }

    /// Number of nodes, at least one.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.node_start[self.node_start.len() - 1]
    }

    /// Number of edges.
    #[must_use]
    pub fn edges(&self) -> usize {
        self.source.len()
    }

    /// Number of graphs laid side by side, at least one.
    #[must_use]
    pub fn graphs(&self) -> usize {
        self.node_start.len() - 1
    }

    /// Where each edge starts (neighbour *j*).
    #[must_use]
    pub fn source(&self) -> &[u32] {
        &self.source
    }

    /// Where each edge ends (node *i*).
    #[must_use]
    pub fn target(&self) -> &[u32] {
        &self.target
    }

    /// The edges that end in `node`.
    #[must_use]
    pub fn incoming(&self, node: usize) -> &[u32] {
        &self.incoming[self.incoming_start[node] as usize..self.incoming_start[node + 1] as usize]
    }

    /// The edges that end in every node: node `i` owns `edges[start[i]..start[i + 1]]` of the pair `(start, edges)`.
    #[must_use]
    pub fn incoming_lists(&self) -> (&[u32], &[u32]) {
        (&self.incoming_start, &self.incoming)
    }

    /// Whether the edges are listed target by target.
    #[cfg(feature = "flex")]
    pub(crate) fn sorted_by_target(&self) -> bool {
        self.target.is_sorted()
    }

    /// The edges that start in every node, in the form of [`Topology::incoming_lists`].
    #[must_use]
    pub fn outgoing_lists(&self) -> (Vec<u32>, Vec<u32>) {
        grouped(&self.source, self.nodes())
    }

    /// The largest number of edges that end in one node.
    #[must_use]
    pub fn max_in_degree(&self) -> usize {
        self.incoming_start.windows(2).map(|w| (w[1] - w[0]) as usize).max().unwrap_or(0)
    }

    /// The nodes of one graph.
    #[must_use]
    pub fn graph_nodes(&self, graph: usize) -> Range<usize> {
        self.node_start[graph]..self.node_start[graph + 1]
    }

    /// The edges of one graph.
    #[must_use]
    pub fn graph_edges(&self, graph: usize) -> Range<usize> {
        self.edge_start[graph]..self.edge_start[graph + 1]
    }

    /// The subgraph on `kept` nodes, renumbered in the order given, and the numbers of the edges that survive.
    ///
    /// `kept` lists each graph's nodes together, graphs in order; at least one node of every graph.
    pub(crate) fn induced(&self, kept: &[u32]) -> (Self, Vec<u32>) {
        let mut new_number = vec![u32::MAX; self.nodes()];
        for (new, old) in kept.iter().enumerate() {
            new_number[*old as usize] = new as u32;
        }
        let mut node_start = vec![0];
        let mut edge_start = vec![0];
        let (mut source, mut target, mut edges) = (Vec::new(), Vec::new(), Vec::new());
        for graph in 0..self.graphs() {
            let end = self.node_start[graph + 1];
            node_start.push(kept.partition_point(|k| (*k as usize) < end));
            for edge in self.graph_edges(graph) {
                let (s, t) = (new_number[self.source[edge] as usize], new_number[self.target[edge] as usize]);
                if s != u32::MAX && t != u32::MAX {
                    source.push(s);
                    target.push(t);
                    edges.push(edge as u32);
                }
            }
            edge_start.push(source.len());
        }
        (Self::indexed(source, target, node_start, edge_start), edges)
    }
}

/// Edge numbers grouped by the node they belong to, ascending within each: a counting sort.
fn grouped(node_of_edge: &[u32], nodes: usize) -> (Vec<u32>, Vec<u32>) {
    let mut start = vec![0u32; nodes + 1];
    for node in node_of_edge {
        start[*node as usize + 1] += 1;
    }
    for node in 0..nodes {
        start[node + 1] += start[node];
    }
    let mut next = start.clone();
    let mut edges = vec![0u32; node_of_edge.len()];
    for (edge, node) in node_of_edge.iter().enumerate() {
        let slot = &mut next[*node as usize];
        edges[*slot as usize] = edge as u32;
        *slot += 1;
    }
    (start, edges)
}
