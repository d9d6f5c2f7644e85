//! A graph written down: the edge list and where graphs begin, checked again when it is read.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Topology;
use crate::GnnError;

#[derive(Serialize, Deserialize)]
struct Written {
    source: Vec<u32>,
    target: Vec<u32>,
    /// Nodes of every graph.
    nodes: Vec<usize>,
    /// Edges of every graph.
    edges: Vec<usize>,
}

impl Serialize for Topology {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lengths = |start: &[usize]| start.windows(2).map(|w| w[1] - w[0]).collect();
        let (source, target) = (self.source.clone(), self.target.clone());
        let written =
            Written { source, target, nodes: lengths(&self.node_start), edges: lengths(&self.edge_start) };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Topology {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Written::deserialize(deserializer)?.checked().map_err(serde::de::Error::custom)
    }
}

impl Written {
    fn checked(self) -> Result<Topology, GnnError> {
        let expected = |what, values: &[u32], rows| {
            let found = values.len();
            let error = GnnError::FeatureLength { what, rows, width: 1, found };
            if found == rows { Ok(()) } else { Err(error) }
        };
        let total = self.edges.iter().try_fold(0usize, |sum, edges| sum.checked_add(*edges));
        let total = total.unwrap_or(usize::MAX);
        expected("sources", &self.source, total)?;
        expected("targets", &self.target, total)?;
        GnnError::check_shape("edges of every graph", [self.edges.len()], [self.nodes.len()])?;
        let nodes = self.nodes.iter().try_fold(0u32, |sum, n| sum.checked_add(u32::try_from(*n).ok()?));
        GnnError::check_setting(nodes.is_some(), "nodes", "fewer than 2^32", "more")?;
        let (mut first_node, mut first_edge) = (0usize, 0usize);
        let mut graphs = Vec::with_capacity(self.nodes.len());
        for (nodes, edges) in self.nodes.iter().zip(&self.edges) {
            let local = |list: &[u32]| -> Vec<u32> {
                let ends = list[first_edge..first_edge + edges].iter();
                // What lies before the graph is as far out of range as can be.
                ends.map(|end| end.checked_sub(first_node as u32).unwrap_or(u32::MAX)).collect()
            };
            graphs.push(Topology::new(*nodes, local(&self.source), local(&self.target))?);
            (first_node, first_edge) = (first_node + nodes, first_edge + edges);
        }
        Topology::disjoint_union(&graphs)
    }
}
