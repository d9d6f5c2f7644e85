use std::borrow::Cow;
use std::sync::Arc;

use crate::conv::gcn_degrees;
use crate::{GnnError, Topology, check_features};

/// A graph on the host, as [`GraphwiseNetwork`](super::GraphwiseNetwork) reads it: laid out once, used in every epoch.
#[derive(Debug, Clone)]
pub struct HostGraph<'a> {
    topology: &'a Topology,
    location: HostStream<'a>,
    flow: HostStream<'a>,
    /// Weight of every edge in the graph convolution of the pooling; 0 for a node's edge to itself.
    pub(super) edge_shares: Arc<[f32]>,
    /// Weight of every node itself.
    pub(super) own_shares: Arc<[f32]>,
}

/// Features of one stream of a [`HostGraph`].
#[derive(Debug, Clone)]
pub struct HostStream<'a> {
    /// Node features, `[N, width]`, row by row.
    pub nodes: Cow<'a, [f32]>,
    /// Values of a node.
    pub width: usize,
    /// Where a node's values stand among the columns, if every node fills only some.
    pub first_columns: Option<Vec<u32>>,
    /// Taken off every value.
    pub mean: f32,
    /// By which it is divided then.
    pub deviation: f32,
    /// Edge features, `[E, edge_width]`, row by row.
    pub edges: Cow<'a, [f32]>,
}

impl<'a> HostGraph<'a> {
    /// A graph with its features.
    ///
    /// # Errors
    ///
    /// [`GnnError::FeatureLength`], [`GnnError::FeatureNotFinite`].
    pub fn new(
        topology: &'a Topology,
        location: HostStream<'a>,
        flow: HostStream<'a>,
    ) -> Result<Self, GnnError> {
        for stream in [&location, &flow] {
            check_features("node features", &stream.nodes, [topology.nodes(), stream.width])?;
            let edge_width = stream.edges.len() / topology.edges().max(1);
            check_features("edge features", &stream.edges, [topology.edges(), edge_width])?;
        }
        let degrees = gcn_degrees(topology);
        let share = |(source, target): (&u32, &u32)| {
            let both = degrees[*source as usize] * degrees[*target as usize];
            if source == target { 0.0 } else { 1.0 / both.sqrt() }
        };
        let edge_shares = topology.source().iter().zip(topology.target()).map(share).collect();
        let own_shares = degrees.iter().map(|degree| 1.0 / degree).collect();
        Ok(Self { topology, location, flow, edge_shares, own_shares })
    }

    /// The same graph with other node features, as many as it has, in streams 1 and 2.
    #[must_use]
    pub fn with_nodes(&self, [location, flow]: [Vec<f32>; 2]) -> Self {
        let mut other = self.clone();
        (other.location.nodes, other.flow.nodes) = (Cow::Owned(location), Cow::Owned(flow));
        other
    }

    pub(super) fn topology(&self) -> &Topology {
        self.topology
    }

    /// Stream 1 or 2.
    pub(super) fn stream(&self, index: usize) -> &HostStream<'a> {
        if index == 0 { &self.location } else { &self.flow }
    }
}
