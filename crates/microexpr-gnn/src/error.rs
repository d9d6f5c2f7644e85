/// What can be wrong with a graph or a batch of graphs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GnnError {
    /// Source and target lists of an edge list differ in length.
    #[error("an edge list needs as many targets as sources, found {sources} sources and {targets} targets")]
    EdgeListLength {
        /// Entries in the source list.
        sources: usize,
        /// Entries in the target list.
        targets: usize,
    },
    /// An edge names a node that does not exist.
    #[error(
        "edge {edge} runs from node {source_node} to node {target_node}, but the graph has {nodes} nodes"
    )]
    NodeOutOfRange {
        /// Index of the edge.
        edge: usize,
        /// Its source.
        source_node: u32,
        /// Its target.
        target_node: u32,
        /// Number of nodes of the graph.
        nodes: usize,
    },
    /// A graph, or a batch, without nodes.
    #[error("a graph needs at least one node, and a batch at least one graph")]
    Empty,
    /// A feature list whose length is not rows × width.
    #[error("{what}: expected {rows} rows of {width} values, found {found} values")]
    FeatureLength {
        /// Which features.
        what: &'static str,
        /// Rows expected (nodes or edges).
        rows: usize,
        /// Values per row expected.
        width: usize,
        /// Values found.
        found: usize,
    },
    /// A feature that is NaN or infinite.
    #[error("{what}: value {index} is not finite")]
    FeatureNotFinite {
        /// Which features.
        what: &'static str,
        /// Index of the first such value.
        index: usize,
    },
    /// Weights that cannot be written, or do not fit the module.
    #[error("weights as safetensors: {reason}")]
    Weights {
        /// What is wrong.
        reason: String,
    },
    /// A backend that is compiled in but cannot start.
    #[error("{backend}: {reason}")]
    Driver {
        /// Which backend.
        backend: &'static str,
        /// What is missing.
        reason: String,
    },
}
