//! From landmarks and flow to a graph.

use std::ops::Range;

use microexpr_core::{FlowField, Landmarks};
use ndarray::ArrayView2;

use crate::video_graph::check_rising;
use crate::{EdgeList, GraphError, GraphParams, Stream, VideoGraph, VideoGraphParts, jaccard, rbf};

/// Kept frames of one graph of [`build_triplets`].
const TRIPLET: usize = 3;

/// Builds the graph of a video: one set of landmarks and one flow field per kept frame; `kept` are the
/// indices of these frames in the clip. [`GraphParams::node_frames`] decides which of them have nodes.
///
/// The flow field's pixels are the landmarks' pixels. Time and memory grow linearly with nodes and edges.
///
/// Source: 2S-AMAGN §3.2; what it leaves open is settled by [`GraphParams`].
///
/// # Errors
///
/// [`GraphError::NoFrames`], [`GraphError::NoLandmarks`], [`GraphError::FrameCount`], [`GraphError::FrameOrder`],
/// [`GraphError::LandmarkCount`], [`GraphError::EmptyFlow`], [`GraphError::FlowSize`],
/// [`GraphError::FlowNotFinite`], [`GraphError::FeatureNotFinite`] for input that does not fit together; [`GraphError::Setting`],
/// [`GraphError::NoTriangle`], [`GraphError::NoContours`] for settings that do not fit the input;
/// [`GraphError::TooManyNodes`].
///
/// # Example
///
/// ```
/// use microexpr_core::{FlowField, LandmarkScheme, Landmarks};
/// use microexpr_graph::{GraphParams, TEMPLATE_51, build};
///
/// let points = TEMPLATE_51.map(|p| [127.0 + 70.0 * p[0], 90.0 + 70.0 * p[1]]);
/// let face = Landmarks::new(LandmarkScheme::Paper51, points.to_vec())?;
/// let flow = FlowField::zeros(254, 254);
/// let graph = build(&[face.clone(), face], &[flow.clone(), flow], &[0, 7], &GraphParams::default())?;
/// assert_eq!(graph.nodes(), 2 * 51);
/// assert_eq!(graph.edges().len(), 2 * (2 * 139 + 51) + 2 * 51);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn build(
    points: &[Landmarks],
    flows: &[FlowField],
    kept: &[usize],
    params: &GraphParams,
) -> Result<VideoGraph, GraphError> {
    let nodes = NodeFeatures::of(points, flows, kept, params)?;
    let frames = params.node_frames.of(kept.len());
    assemble(&points[frames.clone()], &kept[frames.clone()], nodes.frames(frames), params)
}

/// Builds one graph per three successive kept frames (all frames if there are fewer); the first frame of the
/// video stays the reference of every graph's positions.
///
/// # Errors
///
/// As [`build`].
pub fn build_triplets(
    points: &[Landmarks],
    flows: &[FlowField],
    kept: &[usize],
    params: &GraphParams,
) -> Result<Vec<VideoGraph>, GraphError> {
    let nodes = NodeFeatures::of(points, flows, kept, params)?;
    let frames = params.node_frames.of(kept.len());
    let length = frames.len().min(TRIPLET);
    let triplets = (frames.start..=frames.end - length).map(|first| first..first + length);
    triplets.map(|t| assemble(&points[t.clone()], &kept[t.clone()], nodes.frames(t), params)).collect()
}

/// Features of the nodes of successive frames in both streams, row by row.
struct NodeFeatures {
    landmarks: usize,
    location: Vec<f32>,
    flow: Vec<f32>,
    flow_width: usize,
}

impl NodeFeatures {
    fn of(
        points: &[Landmarks],
        flows: &[FlowField],
        kept: &[usize],
        params: &GraphParams,
    ) -> Result<Self, GraphError> {
        check_input(points, flows, kept)?;
        params.check()?;
        let flow_width = params.patch_feature.width(params.patch_size_px);
        let mut patches = Vec::with_capacity(points.len() * points[0].points().len() * flow_width);
        for (frame, (face, flow)) in points.iter().zip(flows).enumerate() {
            for (landmark, point) in face.points().iter().enumerate() {
                let patch = params.patch_feature.patch(flow, *point, params.patch_size_px);
                if !patch.iter().all(|value| value.is_finite()) {
                    return Err(GraphError::FlowNotFinite { frame, landmark });
                }
                patches.extend(patch);
            }
        }
        let hidden = params.blinks.hidden(points);
        let (feature, size) = (params.patch_feature, params.patch_size_px);
        params.trend.apply_to_patches(&points[0], &mut patches, feature, size, &hidden);
        hidden.clear(&mut patches, points[0].points().len(), flow_width);
        params.axes.apply_to_patches(&points[0], &mut patches, feature, size);
        let (frame, frames) = (points[0].points().len() * flow_width, params.node_frames.of(kept.len()));
        params.patch_scale.apply(&mut patches[frame * frames.start..frame * frames.end]);
        let mut location =
            params.position_feature.of(points, flows[0].dim(), params.trend, &hidden, params.axes);
        let frame = 2 * points[0].points().len();
        params.position_scale.apply(&mut location[frame * frames.start..frame * frames.end]);
        Ok(Self { landmarks: points[0].points().len(), location, flow: patches, flow_width })
    }

    fn frames(&self, frames: Range<usize>) -> Self {
        let rows = |width: usize| {
            let frame = self.landmarks * width;
            frame * frames.start..frame * frames.end
        };
        Self {
            location: self.location[rows(2)].to_vec(),
            flow: self.flow[rows(self.flow_width)].to_vec(),
            ..*self
        }
    }
}

fn assemble(
    points: &[Landmarks],
    kept: &[usize],
    nodes: NodeFeatures,
    params: &GraphParams,
) -> Result<VideoGraph, GraphError> {
    let landmarks = points[0].points().len();
    let spatial = params.topology.video_edges(&points[0])?;
    let edges =
        EdgeList::spatio_temporal(&spatial, landmarks, kept.len(), params.temporal, params.self_loops)?;
    let count = landmarks * kept.len();
    let shared = jaccard(count, &edges.source, &edges.target, params.neighbourhood)?;
    let stream = |nodes: Vec<f32>, width: usize| {
        let features = ArrayView2::from_shape((count, width), &nodes).expect("one row per node");
        let alike = rbf(features, &edges.source, &edges.target, params.bandwidth)?;
        Stream::from_rows(
            width,
            nodes,
            shared.iter().zip(alike).map(|(jaccard, rbf)| [*jaccard, rbf]).collect(),
        )
    };
    VideoGraph::new(VideoGraphParts {
        landmarks,
        kept_frames: kept.to_vec(),
        positions_px: points.iter().flat_map(|f| f.points()).map(|p| p.map(|c| c as f32)).collect(),
        location: stream(nodes.location, 2)?,
        flow: stream(nodes.flow, nodes.flow_width)?,
        edges,
    })
}

fn check_input(points: &[Landmarks], flows: &[FlowField], kept: &[usize]) -> Result<(), GraphError> {
    if kept.len() != points.len() || kept.len() != flows.len() {
        let (points, flows) = (points.len(), flows.len());
        return Err(GraphError::FrameCount { kept: kept.len(), points, flows });
    }
    let (Some(face), Some(flow)) = (points.first(), flows.first()) else { return Err(GraphError::NoFrames) };
    check_rising(kept)?;
    if face.points().is_empty() {
        return Err(GraphError::NoLandmarks);
    }
    let same_scheme = |p: &Landmarks| p.scheme() == face.scheme() && p.points().len() == face.points().len();
    if let Some(frame) = points.iter().position(|p| !same_scheme(p)) {
        let (expected, found) = (face.points().len(), points[frame].points().len());
        return Err(GraphError::LandmarkCount { frame, expected, found });
    }
    if let Some(frame) = flows.iter().position(|f| f.dim().0 == 0 || f.dim().1 == 0) {
        return Err(GraphError::EmptyFlow { frame });
    }
    if let Some(frame) = flows.iter().position(|f| f.dim() != flow.dim()) {
        return Err(GraphError::FlowSize { frame, expected: flow.dim(), found: flows[frame].dim() });
    }
    Ok(())
}
