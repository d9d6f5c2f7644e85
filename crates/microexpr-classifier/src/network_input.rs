use microexpr_core::Digest;
use microexpr_graph::VideoGraph;
use microexpr_pipeline::{Cached, ClipGraph};

use crate::prepared_graph::PreparedGraph;
use crate::{ClassifierError, ModelSettings};

/// What the network sees of one clip at one magnification.
#[derive(Debug, Clone)]
pub(crate) struct NetworkInput {
    /// One graph, or one for every three frames.
    pub(crate) graphs: Vec<PreparedGraph>,
    /// Frames of the clip.
    pub(crate) frames: usize,
    /// Digest of the graphs: equal for equal numbers.
    pub(crate) digest: Digest,
}

/// Whether anything looks at the edges of graphs, which take most of their memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edges {
    Kept,
    LeftOut,
}

impl Edges {
    /// A network without layers is the readout of its nodes' features.
    pub(crate) fn for_network(model: &ModelSettings) -> Self {
        if model.layers == 0 { Self::LeftOut } else { Self::Kept }
    }
}

impl NetworkInput {
    pub(crate) fn of(cached: Cached<ClipGraph>, edges: Edges) -> Result<Self, ClassifierError> {
        let Cached { value, digest } = cached;
        let frames = value.frames;
        let mut graphs = PreparedGraph::of_clip(value)?;
        if edges == Edges::LeftOut {
            graphs = graphs.into_iter().map(PreparedGraph::without_edges).collect::<Result<_, _>>()?;
        }
        Ok(Self { graphs, frames, digest })
    }

    /// Graphs that somebody else has built; of the clip's length only the last frame with nodes is known.
    pub(crate) fn of_graphs(graphs: Vec<VideoGraph>) -> Result<Self, ClassifierError> {
        let last = graphs.iter().filter_map(|graph| graph.kept_frames().last()).max();
        let frames = last.map_or(0, |last| last + 1);
        let bytes = serde_json::to_vec(&graphs).map_err(ClassifierError::EncodeSettings)?;
        Ok(Self { graphs: PreparedGraph::all(graphs)?, frames, digest: Digest::of(&bytes) })
    }
}

/// A magnification as a key: two settings mean the same graph only if their bits are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Alpha(u64);

impl From<f64> for Alpha {
    fn from(alpha: f64) -> Self {
        Self(alpha.to_bits())
    }
}

impl Alpha {
    pub(crate) fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}
