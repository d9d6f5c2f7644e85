use std::collections::BTreeMap;

use super::{Rewired, Topology};

/// What becomes of the features of edges that fall together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reduction {
    /// Their sum, as in PyTorch Geometric: an edge to itself counts twice.
    #[default]
    Sum,
    /// Their mean.
    Mean,
}

impl Topology {
    /// Every edge in both directions, once each, sorted by source and then target.
    ///
    /// Source: PyTorch Geometric's `to_undirected`.
    #[must_use]
    pub fn to_undirected(&self, reduction: Reduction) -> Rewired {
        let mut edges: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
        for (edge, (source, target)) in self.source.iter().zip(&self.target).enumerate() {
            edges.entry((*source, *target)).or_default().push(edge as u32);
            edges.entry((*target, *source)).or_default().push(edge as u32);
        }
        // Graphs are runs of nodes, so edges in the order of their sources are in the order of their graphs.
        let ends = |graph: usize| self.node_start[graph + 1];
        let before = |end: usize| edges.range(..(end as u32, 0)).count();
        let edge_start = std::iter::once(0).chain((0..self.graphs()).map(|g| before(ends(g)))).collect();
        let (source, target) = edges.keys().copied().unzip();
        let topology = Self::indexed(source, target, self.node_start.clone(), edge_start);
        let rows = edges.into_values().map(|merged| {
            let weight = match reduction {
                Reduction::Sum => 1.0,
                Reduction::Mean => 1.0 / merged.len() as f32,
            };
            merged.into_iter().map(move |edge| (edge, weight))
        });
        Rewired::new(topology, self.edges(), rows)
    }
}
