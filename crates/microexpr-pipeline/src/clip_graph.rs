use microexpr_core::Landmarks;
use microexpr_flow::Selection;
use microexpr_graph::VideoGraph;
use microexpr_landmarks::HeadPose;
use serde::{Deserialize, Serialize};

/// The graph of one clip at one magnification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipGraph {
    /// The graph of the whole clip.
    pub graph: VideoGraph,
    /// The graphs of every three successive frames; empty unless [`PipelineSettings::unit`](crate::PipelineSettings::unit)
    /// asks for them.
    pub triplets: Vec<VideoGraph>,
    /// The same of the clip's mirror image: its graph, or its triplets; empty unless [`PipelineSettings::views`](crate::PipelineSettings::views)
    /// asks for them. Landmark `i` of a mirrored graph is landmark [`MIRROR_51`](microexpr_graph::MIRROR_51)`[i]` of the clip.
    pub mirrored: Vec<VideoGraph>,
    /// Intensities, thresholds and kept frames.
    pub selection: Selection,
    /// Number of frames of the clip.
    pub frames: usize,
    /// Largest motion of the face's stable parts that the alignment left over in a frame, in pixels.
    pub residual_px: f64,
    /// How the head is turned in the first frame; only the face mesh tells.
    pub pose: Option<HeadPose>,
    /// The paper's 51 points in the first frame, in pixels of the aligned clip.
    pub first_points: Landmarks,
}

impl ClipGraph {
    /// What the network sees of the clip as it is: the triplets if there are any, else the graph of the whole clip.
    #[must_use]
    pub fn units(&self) -> &[VideoGraph] {
        if self.triplets.is_empty() { std::slice::from_ref(&self.graph) } else { &self.triplets }
    }

    /// [`ClipGraph::units`] and [`ClipGraph::mirrored`], taken out.
    #[must_use]
    pub fn into_units(self) -> (Vec<VideoGraph>, Vec<VideoGraph>) {
        let units = if self.triplets.is_empty() { vec![self.graph] } else { self.triplets };
        (units, self.mirrored)
    }
}
