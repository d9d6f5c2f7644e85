use serde::{Deserialize, Serialize};

use crate::{
    Bandwidth, Neighbourhood, NodeFrames, PatchFeature, PatchScale, PositionFeature, Temporal, Topology,
    Trend,
};

/// Settings of a video graph; the default is the paper's graph.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GraphParams {
    /// Which kept frames have nodes.
    pub node_frames: NodeFrames,
    /// Edges between the landmarks of one frame.
    pub topology: Topology,
    /// Edges between kept frames.
    pub temporal: Temporal,
    /// Whether every node is its own neighbour.
    pub self_loops: SelfLoops,
    /// Node features of the first stream.
    pub position_feature: PositionFeature,
    /// Node features of the second stream.
    pub patch_feature: PatchFeature,
    /// What flow patches are divided by.
    pub patch_scale: PatchScale,
    /// What becomes of motion that all landmarks share.
    pub trend: Trend,
    /// Side of a flow patch in pixels; the paper's 10.
    pub patch_size_px: usize,
    /// Neighbours that the Jaccard index counts.
    pub neighbourhood: Neighbourhood,
    /// Standard deviation σ of the radial basis function.
    pub bandwidth: Bandwidth,
}

impl Default for GraphParams {
    fn default() -> Self {
        Self {
            node_frames: NodeFrames::default(),
            topology: Topology::default(),
            temporal: Temporal::default(),
            self_loops: SelfLoops::default(),
            position_feature: PositionFeature::default(),
            patch_feature: PatchFeature::default(),
            patch_scale: PatchScale::default(),
            trend: Trend::default(),
            patch_size_px: 10,
            neighbourhood: Neighbourhood::default(),
            bandwidth: Bandwidth::default(),
        }
    }
}

/// Whether every node is its own neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SelfLoops {
    /// One edge from every node to itself.
    #[default]
    With,
    /// No such edges.
    Without,
}
