use super::{Rewired, Topology};

/// A graph with one more node in every graph of the batch.
#[derive(Debug, Clone)]
pub struct VirtualNodes {
    /// The edges, and where their features come from: those of the new edges are 0.
    pub rewired: Rewired,
    /// The number of every graph's virtual node.
    pub virtual_nodes: Vec<u32>,
    /// The number that every node has now, in the old order.
    pub nodes: Vec<u32>,
}

impl Topology {
    /// Adds a node to every graph, joined with all others of the graph in both directions: a short way between any two
    /// nodes. It is the last node of its graph, and its edges are the last, from and to node after node.
    ///
    /// Source: J. Gilmer et al., "Neural Message Passing for Quantum Chemistry", ICML 2017; PyTorch Geometric's
    /// `VirtualNode`.
    #[must_use]
    pub fn with_virtual_nodes(&self) -> VirtualNodes {
        let (mut source, mut target, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let (mut node_start, mut edge_start) = (vec![0], vec![0]);
        let (mut virtual_nodes, mut nodes) = (Vec::new(), Vec::new());
        for graph in 0..self.graphs() {
            // Every graph before has pushed this one's nodes on by one.
            let moved = graph as u32;
            for edge in self.graph_edges(graph) {
                source.push(self.source[edge] + moved);
                target.push(self.target[edge] + moved);
                rows.push(Some((edge as u32, 1.0)));
            }
            let added = self.graph_nodes(graph).end as u32 + moved;
            for node in self.graph_nodes(graph).map(|node| node as u32 + moved) {
                source.extend([node, added]);
                target.extend([added, node]);
                rows.extend([None, None]);
                nodes.push(node);
            }
            virtual_nodes.push(added);
            node_start.push(added as usize + 1);
            edge_start.push(source.len());
        }
        let topology = Self::indexed(source, target, node_start, edge_start);
        VirtualNodes { rewired: Rewired::new(topology, self.edges(), rows), virtual_nodes, nodes }
    }
}
