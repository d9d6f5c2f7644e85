//! The graph of one video.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::{EdgeList, GraphError, adjacency};

/// Node and edge features of one of the two streams; values, not yet standardised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    pub(crate) width: usize,
    pub(crate) nodes: Vec<f32>,
    pub(crate) edges: Vec<[f32; 2]>,
}

impl Stream {
    /// Node features `[node, feature]`.
    #[must_use]
    pub fn node_features(&self) -> ArrayView2<'_, f32> {
        matrix(&self.nodes, self.width)
    }

    /// Edge features `[edge, 2]`: Jaccard index, radial basis function; both in `0..=1`.
    #[must_use]
    pub fn edge_features(&self) -> ArrayView2<'_, f32> {
        matrix(self.edges.as_flattened(), 2)
    }

    fn check(&self, nodes: usize, edges: usize) -> Result<(), GraphError> {
        check_length("node features", nodes.saturating_mul(self.width), self.nodes.len())?;
        check_length("edge features", edges, self.edges.len())
    }
}

/// The landmark graph of one video: node `t·landmarks + i` is landmark i in kept frame t.
///
/// Serialised graphs are checked when they are read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct VideoGraph {
    pub(crate) landmarks: usize,
    pub(crate) kept_frames: Vec<usize>,
    pub(crate) positions_px: Vec<[f32; 2]>,
    pub(crate) edges: EdgeList,
    pub(crate) position: Stream,
    pub(crate) patch: Stream,
}

impl VideoGraph {
    /// Number of landmarks in each kept frame.
    #[must_use]
    pub fn landmarks(&self) -> usize {
        self.landmarks
    }

    /// Number of nodes: landmarks × kept frames.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.positions_px.len()
    }

    /// Indices of the kept frames in the clip, rising.
    #[must_use]
    pub fn kept_frames(&self) -> &[usize] {
        &self.kept_frames
    }

    /// Landmark positions in pixels, `[node, 2]`.
    #[must_use]
    pub fn positions_px(&self) -> ArrayView2<'_, f32> {
        matrix(self.positions_px.as_flattened(), 2)
    }

    /// Directed edges, sorted by target, then source.
    #[must_use]
    pub fn edges(&self) -> &EdgeList {
        &self.edges
    }

    /// Stream 1: landmark positions, 2 values per node.
    #[must_use]
    pub fn position(&self) -> &Stream {
        &self.position
    }

    /// Stream 2: optical-flow patches, 100 values per node by default.
    #[must_use]
    pub fn patch(&self) -> &Stream {
        &self.patch
    }
}

#[derive(Deserialize)]
#[serde(rename = "VideoGraph")]
struct Unchecked {
    landmarks: usize,
    kept_frames: Vec<usize>,
    positions_px: Vec<[f32; 2]>,
    edges: EdgeList,
    position: Stream,
    patch: Stream,
}

impl TryFrom<Unchecked> for VideoGraph {
    type Error = GraphError;

    fn try_from(g: Unchecked) -> Result<Self, GraphError> {
        let nodes = g.landmarks.saturating_mul(g.kept_frames.len());
        check_length("positions", nodes, g.positions_px.len())?;
        adjacency::check(nodes, &g.edges.source, &g.edges.target)?;
        g.position.check(nodes, g.edges.len())?;
        g.patch.check(nodes, g.edges.len())?;
        Ok(Self {
            landmarks: g.landmarks,
            kept_frames: g.kept_frames,
            positions_px: g.positions_px,
            edges: g.edges,
            position: g.position,
            patch: g.patch,
        })
    }
}

fn check_length(name: &'static str, expected: usize, found: usize) -> Result<(), GraphError> {
    if expected == found { Ok(()) } else { Err(GraphError::Length { name, expected, found }) }
}

fn matrix(values: &[f32], width: usize) -> ArrayView2<'_, f32> {
    let rows = values.len().checked_div(width).unwrap_or(0);
    let whole = &values[..rows * width];
    ArrayView2::from_shape((rows, width), whole).expect("as many values as rows times columns")
}
