use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

use crate::{
    Bandwidth, Blinks, ClipScale, MotionAxes, Neighbourhood, NodeFrames, PatchFeature, PositionFeature,
    SelfLoops, SpatialTopology, Temporal, Trend,
};

/// Settings of a video graph; the default is the paper's graph.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GraphParams {
    /// Which kept frames have nodes.
    pub node_frames: NodeFrames,
    /// Edges between the landmarks of one frame.
    pub topology: SpatialTopology,
    /// Edges between kept frames.
    pub temporal: Temporal,
    /// Whether every node is its own neighbour.
    pub self_loops: SelfLoops,
    /// Node features of the first stream.
    pub position_feature: PositionFeature,
    /// What they are divided by.
    pub position_scale: ClipScale,
    /// Node features of the second stream.
    pub patch_feature: PatchFeature,
    /// What flow patches are divided by.
    pub patch_scale: ClipScale,
    /// What becomes of motion that all landmarks share.
    pub trend: Trend,
    /// What becomes of the eyes' landmarks while the eyes blink.
    pub blinks: Blinks,
    /// Which way motion counts as positive.
    pub axes: MotionAxes,
    /// Side of a flow patch in pixels, 1 to 256; the paper's 10.
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
            topology: SpatialTopology::default(),
            temporal: Temporal::default(),
            self_loops: SelfLoops::default(),
            position_feature: PositionFeature::default(),
            position_scale: ClipScale::default(),
            patch_feature: PatchFeature::default(),
            patch_scale: ClipScale::default(),
            trend: Trend::default(),
            blinks: Blinks::default(),
            axes: MotionAxes::default(),
            patch_size_px: 10,
            neighbourhood: Neighbourhood::default(),
            bandwidth: Bandwidth::default(),
        }
    }
}

/// Longest side of a flow patch: that of the whole face, 254 pixels in the paper.
const LARGEST_PATCH_PX: usize = 256;

impl GraphParams {
    /// Rejects patches without a pixel or beyond all faces, patches that cannot be halved, trends that no face can show, and blinks
    /// without motion, as [`build`](crate::build) does.
    ///
    /// # Errors
    ///
    /// The refusal.
    pub fn check(&self) -> Result<(), OutOfRange> {
        OutOfRange::unless_within(1..=LARGEST_PATCH_PX, "patch_size_px", "1 to 256", self.patch_size_px)?;
        let halved =
            self.patch_feature != PatchFeature::HalfComponents || self.patch_size_px.is_multiple_of(2);
        let expected = "an even number for half components";
        OutOfRange::unless(halved, "patch_size_px", expected, self.patch_size_px)?;
        self.trend.check()?;
        self.blinks.check()
    }
}
