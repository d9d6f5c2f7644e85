//! Flow maps to graphs: what stands for a recording where only the motion from onset to apex was published.

use microexpr_core::{FlowField, Landmarks, OutOfRange};
use microexpr_flow::{FlowMap, area_mean};
use microexpr_graph::{
    Bandwidth, GraphParams, PatchFeature, PositionFeature, Stream, Trend, VideoGraph, VideoGraphParts, build,
    canonical_face, canonical_grid, rbf,
};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::{PipelineError, Views};

/// Where a flow map's graph has its nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlowMapNodes {
    /// `side`×`side` equal areas that tile the map; a node's motion is the mean over its area.
    Grid {
        /// Areas along one side.
        side: usize,
    },
    /// The 51 points of the canonical face; a node's motion is the mean over a square of pixels around it.
    Face {
        /// Side of the square in pixels.
        patch_px: usize,
    },
}

/// Which channels of a flow map are node features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlowMapChannels {
    /// Horizontal and vertical flow: two values per node.
    #[default]
    Flow,
    /// Optical strain, too, its square root standardised over the map: three values per node.
    FlowAndStrain,
}

/// Which frames the graph of a flow map has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlowMapFrames {
    /// The apex alone.
    #[default]
    Apex,
    /// Onset, apex and offset, the first and the last at rest.
    OnsetApexOffset,
}

/// How a flow map becomes a graph.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlowMapParams {
    /// Where the nodes are.
    pub nodes: FlowMapNodes,
    /// Which channels are their features.
    pub channels: FlowMapChannels,
    /// Which frames there are.
    pub frames: FlowMapFrames,
    /// Which graphs stand for one map.
    pub views: Views,
    /// What becomes of motion that all nodes share, beside the median, which a map has not kept.
    pub trend: Trend,
}

impl Default for FlowMapParams {
    fn default() -> Self {
        Self {
            nodes: FlowMapNodes::Grid { side: 10 },
            channels: FlowMapChannels::default(),
            frames: FlowMapFrames::default(),
            views: Views::Mirrored,
            trend: Trend::Keep,
        }
    }
}

/// The graph of a flow map: stream 2 holds the motion of every node in units of the map's root mean square
/// ([`FlowMap::to_flow`]), stream 1 where it lies. Edges are those of a clip's graph, on the canonical points.
///
/// # Errors
///
/// [`PipelineError::Setting`] for a grid finer than the map; [`PipelineError::Graph`] for what
/// [`build`] refuses.
///
/// # Example
///
/// ```
/// use microexpr_core::FlowField;
/// use microexpr_flow::FlowMap;
/// use microexpr_pipeline::{FlowMapParams, flow_map_graph};
/// use ndarray::Array2;
///
/// let u = Array2::from_shape_fn((28, 28), |(_, col)| if col < 14 { 0.0 } else { 0.5 });
/// let map = FlowMap::from_flow(&FlowField::new(u, Array2::zeros((28, 28)))?, 28)?;
/// let graph = flow_map_graph(&map, &FlowMapParams::default())?;
/// assert_eq!(graph.flow().node_features().dim(), (100, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn flow_map_graph(map: &FlowMap, params: &FlowMapParams) -> Result<VideoGraph, PipelineError> {
    let flow = map.to_flow();
    let (points, flow, patch_size_px) = match params.nodes {
        FlowMapNodes::Grid { side } => {
            OutOfRange::unless(
                (2..=map.size()).contains(&side),
                "side",
                "2 to the map's side in pixels",
                side,
            )?;
            (canonical_grid(side, side)?, area_means(&flow, side)?, 1)
        }
        FlowMapNodes::Face { patch_px } => (canonical_face(map.size()), flow, patch_px),
    };
    let graph = GraphParams {
        position_feature: PositionFeature::Normalised,
        patch_feature: PatchFeature::Mean,
        patch_size_px,
        trend: params.trend,
        ..GraphParams::default()
    };
    let (height, width) = flow.dim();
    let still = || FlowField::zeros(height, width);
    let (flows, kept) = match params.frames {
        FlowMapFrames::Apex => (vec![flow], vec![0]),
        FlowMapFrames::OnsetApexOffset => (vec![still(), flow, still()], vec![0, 1, 2]),
    };
    let graph = build(&vec![points.clone(); flows.len()], &flows, &kept, &graph)?;
    match params.channels {
        FlowMapChannels::Flow => Ok(graph),
        FlowMapChannels::FlowAndStrain => with_strain(graph, map, &points, params),
    }
}

/// The graphs that stand for a flow map, see [`Views`].
///
/// # Errors
///
/// As [`flow_map_graph`].
pub fn flow_map_graphs(map: &FlowMap, params: &FlowMapParams) -> Result<Vec<VideoGraph>, PipelineError> {
    let mut graphs = vec![flow_map_graph(map, params)?];
    if params.views == Views::Mirrored {
        graphs.push(flow_map_graph(&map.mirrored(), params)?);
    }
    Ok(graphs)
}

/// Means over `side`×`side` areas.
fn area_means(flow: &FlowField, side: usize) -> Result<FlowField, PipelineError> {
    let means = |plane| area_mean(plane, side).mapv(|mean| mean as f32);
    Ok(FlowField::new(means(flow.u()), means(flow.v()))?)
}

/// The graph with the strain around every node as a third value of stream 2, in the frames that are not at rest.
fn with_strain(
    graph: VideoGraph,
    map: &FlowMap,
    points: &Landmarks,
    params: &FlowMapParams,
) -> Result<VideoGraph, PipelineError> {
    let strain = map.to_strain();
    let (strain, patch_px) = match params.nodes {
        FlowMapNodes::Grid { side } => (area_mean(strain.view(), side).mapv(|mean| mean as f32), 1),
        FlowMapNodes::Face { patch_px } => (strain, patch_px),
    };
    let plane = FlowField::new(strain.clone(), strain)?;
    let at_apex = |point| PatchFeature::Mean.patch(&plane, point, patch_px)[0];
    let apex = graph.kept_frames().len() / 2;
    let motion = graph.flow().node_features();
    let nodes = Array2::from_shape_fn((graph.nodes(), 3), |(node, column)| {
        let (frame, landmark) = (node / graph.landmarks(), node % graph.landmarks());
        match column {
            2 if frame == apex => at_apex(points.points()[landmark]),
            2 => 0.0,
            _ => motion[[node, column]],
        }
    });
    let edges = graph.edges();
    let alike = rbf(nodes.view(), &edges.source, &edges.target, Bandwidth::Median)?;
    let jaccard = graph.flow().edge_features().column(0).to_vec();
    let flow = Stream::new(nodes, jaccard.into_iter().zip(alike).map(|(j, r)| [j, r]).collect())?;
    Ok(VideoGraph::new(VideoGraphParts { flow, ..graph.into_parts() })?)
}
