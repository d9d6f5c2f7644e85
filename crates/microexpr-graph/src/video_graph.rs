//! The graph of one video.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::stream::{check_finite, check_length, matrix};
use crate::{EdgeList, GraphError, Stream, adjacency};

/// The landmark graph of one video: node `t·landmarks + i` is landmark i in kept frame t.
///
/// [`build`](crate::build) makes one from landmarks and optical flow; who has features and edges of their own makes one with
/// [`VideoGraph::new`]. Serialised graphs are checked in the same way when they are read back.
///
/// # Example
///
/// Two landmarks in two frames, joined over time, with features from elsewhere:
///
/// ```
/// use microexpr_graph::{
///     Bandwidth, EdgeList, GraphError, Neighbourhood, Stream, VideoGraph, VideoGraphParts, jaccard, rbf,
/// };
/// use ndarray::{Array2, array};
///
/// let edges = EdgeList { source: vec![2, 3, 0, 1], target: vec![0, 1, 2, 3] };
/// let shared = jaccard(4, &edges.source, &edges.target, Neighbourhood::Closed)?;
/// let stream = |features: Array2<f32>| {
///     let alike = rbf(features.view(), &edges.source, &edges.target, Bandwidth::Median)?;
///     Stream::new(features, shared.iter().zip(alike).map(|(jaccard, rbf)| [*jaccard, rbf]).collect())
/// };
/// let parts = VideoGraphParts {
///     landmarks: 2,
///     kept_frames: vec![0, 7],
///     positions_px: vec![[10.0, 20.0], [30.0, 20.0], [10.0, 21.0], [30.0, 20.5]],
///     location: stream(array![[-1.0, 0.0], [1.0, 0.0], [-1.0, 0.1], [1.0, 0.05]])?,
///     flow: stream(array![[0.0], [0.0], [1.0], [0.5]])?,
///     edges: edges.clone(),
/// };
/// let graph = VideoGraph::new(parts.clone())?;
/// assert_eq!((graph.nodes(), graph.edges().len()), (4, 4));
///
/// let falling = VideoGraph::new(VideoGraphParts { kept_frames: vec![7, 0], ..parts });
/// assert!(matches!(falling, Err(GraphError::FrameOrder { previous: 7, next: 0 })));
/// # Ok::<(), GraphError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "VideoGraphParts")]
pub struct VideoGraph(VideoGraphParts);

/// What a [`VideoGraph`] is made of; [`VideoGraph::new`] checks that it fits together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename = "VideoGraph")]
pub struct VideoGraphParts {
    /// Number of landmarks in each kept frame, at least 1.
    pub landmarks: usize,
    /// Indices of the kept frames in the clip, rising; at least one.
    pub kept_frames: Vec<usize>,
    /// Landmark positions `[x, y]` in pixels, finite, of the nodes: frame after frame, landmark after landmark.
    pub positions_px: Vec<[f32; 2]>,
    /// Directed edges between the nodes.
    pub edges: EdgeList,
    /// Stream 1 of the paper: where the landmarks are.
    #[serde(rename = "position")]
    pub location: Stream,
    /// Stream 2 of the paper: the optical flow around them.
    #[serde(rename = "patch")]
    pub flow: Stream,
}

impl VideoGraph {
    /// Makes a graph of parts that fit together.
    ///
    /// # Errors
    ///
    /// [`GraphError::NoFrames`], [`GraphError::NoLandmarks`], [`GraphError::FrameOrder`], [`GraphError::TooManyNodes`];
    /// [`GraphError::Length`] unless there is one position and one row of node features per landmark and kept frame, one
    /// target per source and one pair of edge features per edge; [`GraphError::NodeRange`] for an edge of a node that does
    /// not exist; [`GraphError::FeatureNotFinite`] for NaN or infinite positions.
    pub fn new(parts: VideoGraphParts) -> Result<Self, GraphError> {
        if parts.kept_frames.is_empty() {
            return Err(GraphError::NoFrames);
        }
        if parts.landmarks == 0 {
            return Err(GraphError::NoLandmarks);
        }
        check_rising(&parts.kept_frames)?;
        let nodes = parts.landmarks.saturating_mul(parts.kept_frames.len());
        if u32::try_from(nodes).is_err() {
            return Err(GraphError::TooManyNodes { nodes });
        }
        check_length("positions", nodes, parts.positions_px.len())?;
        check_finite("positions", parts.positions_px.as_flattened(), 2)?;
        adjacency::check(nodes, &parts.edges.source, &parts.edges.target)?;
        parts.location.check_counts(nodes, parts.edges.len())?;
        parts.flow.check_counts(nodes, parts.edges.len())?;
        Ok(Self(parts))
    }

    /// Number of landmarks in each kept frame.
    #[must_use]
    pub fn landmarks(&self) -> usize {
        self.0.landmarks
    }

    /// Number of nodes: landmarks × kept frames.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.0.positions_px.len()
    }

    /// Indices of the kept frames in the clip, rising.
    #[must_use]
    pub fn kept_frames(&self) -> &[usize] {
        &self.0.kept_frames
    }

    /// Landmark positions in pixels, `[node, 2]`.
    #[must_use]
    pub fn positions_px(&self) -> ArrayView2<'_, f32> {
        matrix(self.0.positions_px.as_flattened(), 2)
    }

    /// Directed edges; those of [`build`](crate::build) are sorted by target, then source.
    #[must_use]
    pub fn edges(&self) -> &EdgeList {
        &self.0.edges
    }

    /// Stream 1 of the paper: where the landmarks are; 2 values per node by default.
    #[must_use]
    pub fn location(&self) -> &Stream {
        &self.0.location
    }

    /// Stream 2 of the paper: the optical flow around them; 100 values per node by default.
    #[must_use]
    pub fn flow(&self) -> &Stream {
        &self.0.flow
    }

    /// Gives the parts back, to be changed and joined again.
    #[must_use]
    pub fn into_parts(self) -> VideoGraphParts {
        self.0
    }
}

impl TryFrom<VideoGraphParts> for VideoGraph {
    type Error = GraphError;

    fn try_from(parts: VideoGraphParts) -> Result<Self, GraphError> {
        Self::new(parts)
    }
}

/// Checks that every kept frame comes after the one before it.
pub(crate) fn check_rising(kept: &[usize]) -> Result<(), GraphError> {
    match kept.windows(2).find(|pair| pair[0] >= pair[1]) {
        Some(pair) => Err(GraphError::FrameOrder { previous: pair[0], next: pair[1] }),
        None => Ok(()),
    }
}
