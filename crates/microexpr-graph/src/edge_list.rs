//! Edges of a graph over space and time.

use serde::{Deserialize, Serialize};

use crate::{GraphError, SelfLoops};

/// Which nodes of different kept frames are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Temporal {
    /// A landmark is joined to itself up to this many kept frames away: 1 is the paper's three-frame
    /// structure, 2 adds the skip from t−1 to t+1, 0 leaves the frames unconnected.
    pub reach_frames: usize,
    /// Whether a landmark is joined to its spatial neighbours in the frame before and after, too.
    pub partners: TemporalPartners,
    /// Which way information flows in time.
    pub direction: TemporalDirection,
}

impl Default for Temporal {
    fn default() -> Self {
        Self {
            reach_frames: 1,
            partners: TemporalPartners::default(),
            direction: TemporalDirection::default(),
        }
    }
}

/// What a landmark is joined to in the kept frames before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TemporalPartners {
    /// The same landmark.
    #[default]
    SameLandmark,
    /// The same landmark and, one frame away, its spatial neighbours.
    SpatialNeighbours,
}

/// Which way the edges between frames point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TemporalDirection {
    /// Both ways.
    #[default]
    Both,
    /// From the past to the future only.
    Forward,
}

/// Directed edges: edge e runs from `source[e]` (neighbour j) to `target[e]` (node i), as in PyTorch
/// Geometric.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EdgeList {
    /// Node that an edge starts from.
    pub source: Vec<u32>,
    /// Node that an edge points to.
    pub target: Vec<u32>,
}

impl EdgeList {
    /// Repeats the undirected `spatial` edges (both ways) in each of `frames` frames of `landmarks` nodes and
    /// joins the frames; node `t·landmarks + i` is landmark i of frame t. Sorted by target, then source.
    /// O(nodes + edges).
    ///
    /// # Errors
    ///
    /// [`GraphError::NodeRange`] if a spatial edge names a landmark that does not exist,
    /// [`GraphError::TooManyNodes`].
    ///
    /// # Example
    ///
    /// ```
    /// use microexpr_graph::{EdgeList, SelfLoops, Temporal};
    ///
    /// let edges = EdgeList::spatio_temporal(&[[0, 1]], 2, 2, Temporal::default(), SelfLoops::Without)?;
    /// assert_eq!(edges.target, [0, 0, 1, 1, 2, 2, 3, 3]);
    /// assert_eq!(edges.source, [1, 2, 0, 3, 0, 3, 1, 2]);
    /// # Ok::<(), microexpr_graph::GraphError>(())
    /// ```
    pub fn spatio_temporal(
        spatial: &[[u32; 2]],
        landmarks: usize,
        frames: usize,
        temporal: Temporal,
        self_loops: SelfLoops,
    ) -> Result<Self, GraphError> {
        let nodes = landmarks.saturating_mul(frames);
        if u32::try_from(nodes).is_err() {
            return Err(GraphError::TooManyNodes { nodes });
        }
        let source: Vec<u32> = spatial.iter().flatten().copied().collect();
        let target: Vec<u32> = spatial.iter().flat_map(|e| [e[1], e[0]]).collect();
        let near = crate::adjacency::neighbours(landmarks, &source, &target, SelfLoops::Without)?;
        let near_and_self = crate::adjacency::neighbours(landmarks, &source, &target, SelfLoops::With)?;
        let mut edges = Self::default();
        for frame in 0..frames {
            let first = frame.saturating_sub(temporal.reach_frames);
            let last = match temporal.direction {
                TemporalDirection::Both => frame.saturating_add(temporal.reach_frames).min(frames - 1),
                TemporalDirection::Forward => frame,
            };
            for landmark in 0..landmarks {
                let same = [landmark as u32];
                for other in first..=last {
                    let partners: &[u32] = match (frame.abs_diff(other), self_loops, temporal.partners) {
                        (0, SelfLoops::Without, _) => near.of(landmark),
                        (0, SelfLoops::With, _) | (1, _, TemporalPartners::SpatialNeighbours) => {
                            near_and_self.of(landmark)
                        }
                        _ => &same,
                    };
                    edges.source.extend(partners.iter().map(|p| (other * landmarks) as u32 + p));
                }
                edges.target.resize(edges.source.len(), (frame * landmarks + landmark) as u32);
            }
        }
        Ok(edges)
    }

    /// Number of edges.
    #[must_use]
    pub fn len(&self) -> usize {
        self.source.len()
    }

    /// Whether there is no edge.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }
}
