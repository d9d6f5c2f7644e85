use super::{Rewired, Topology};
use crate::{GnnError, SeededRng};

/// Some nodes of a graph, and the edges between them.
#[derive(Debug, Clone)]
pub struct Subgraph {
    /// The edges, and where their features come from.
    pub rewired: Rewired,
    /// The number that every node had, and the row of its features.
    pub nodes: Vec<u32>,
}

impl Topology {
    /// The subgraph on `nodes`, which are renumbered in ascending order, and the edges between them.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] if a node does not exist or is named twice; [`GnnError::Empty`] if a graph of the batch keeps no
    /// node.
    pub fn subgraph(&self, nodes: &[u32]) -> Result<Subgraph, GnnError> {
        let mut kept = nodes.to_vec();
        kept.sort_unstable();
        let twice = kept.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        let outside = kept.last().copied().filter(|node| *node as usize >= self.nodes());
        if let Some(node) = twice.or(outside) {
            let (setting, expected) = ("nodes", "existing nodes, once each");
            return Err(GnnError::Setting { setting, expected, found: node.to_string() });
        }
        let graphs = (0..self.graphs()).map(|graph| self.graph_nodes(graph));
        let first_at = |node: usize| kept.partition_point(|k| (*k as usize) < node);
        if graphs.clone().any(|range| first_at(range.start) == first_at(range.end)) {
            return Err(GnnError::Empty);
        }
        let (topology, edges) = self.induced(&kept);
        let rows = edges.into_iter().map(|edge| [(edge, 1.0)]);
        Ok(Subgraph { rewired: Rewired::new(topology, self.edges(), rows), nodes: kept })
    }

    /// Leaves every edge out with `probability`.
    ///
    /// Source: Y. Rong et al., "DropEdge: Towards Deep Graph Convolutional Networks on Node Classification", ICLR 2020;
    /// PyTorch Geometric's `dropout_edge`.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] if the probability lies outside `0..=1`.
    pub fn drop_edges(&self, probability: f64, random: &mut SeededRng) -> Result<Rewired, GnnError> {
        let holds = (0.0..=1.0).contains(&probability);
        GnnError::check_setting(holds, "probability", "in 0..=1", probability)?;
        let keep = |_: &usize| f64::from(random.uniform(0.0, 1.0)) >= probability;
        let kept: Vec<usize> = (0..self.edges()).filter(keep).collect();
        let before = |end: usize| kept.partition_point(|edge| *edge < end);
        let ends = |list: &[u32]| kept.iter().map(|edge| list[*edge]).collect();
        let topology = Self::indexed(
            ends(&self.source),
            ends(&self.target),
            self.node_start.clone(),
            self.edge_start.iter().map(|end| before(*end)).collect(),
        );
        Ok(Rewired::new(topology, self.edges(), kept.iter().map(|edge| [(*edge as u32, 1.0)])))
    }
}
