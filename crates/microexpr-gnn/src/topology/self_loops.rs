use super::{Rewired, Topology};

/// Which features the edge from a node to itself gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoopFeatures {
    /// 0.
    Zero,
    /// The mean over the edges that end in the node, 0 if there are none: what PyTorch Geometric's `GATConv` and `GATv2Conv`
    /// do unless told not to.
    #[default]
    Mean,
}

impl Topology {
    /// Every node with exactly one edge to itself: those of the edge list are replaced. The new ones follow the other edges
    /// of their graph, node by node.
    ///
    /// Source: PyTorch Geometric's `remove_self_loops`, then `add_self_loops`.
    #[must_use]
    pub fn with_self_loops(&self, features: LoopFeatures) -> Rewired {
        let (mut source, mut target, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let mut edge_start = vec![0];
        let is_loop = |edge: usize| self.source[edge] == self.target[edge];
        for graph in 0..self.graphs() {
            for edge in self.graph_edges(graph).filter(|edge| !is_loop(*edge)) {
                source.push(self.source[edge]);
                target.push(self.target[edge]);
                rows.push(vec![(edge as u32, 1.0)]);
            }
            for node in self.graph_nodes(graph) {
                source.push(node as u32);
                target.push(node as u32);
                let others = self.incoming(node).iter().filter(|edge| !is_loop(**edge as usize));
                let share = 1.0 / others.clone().count() as f32;
                rows.push(match features {
                    LoopFeatures::Zero => Vec::new(),
                    LoopFeatures::Mean => others.map(|edge| (*edge, share)).collect(),
                });
            }
            edge_start.push(source.len());
        }
        let topology = Self::indexed(source, target, self.node_start.clone(), edge_start);
        Rewired::new(topology, self.edges(), rows)
    }
}
