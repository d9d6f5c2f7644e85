use std::fmt::Display;

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
    /// A tensor of another shape than the layer or the batch asks for.
    #[error("{what}: expected the shape {expected:?}{each}, found {found:?}")]
    Shape {
        /// Which tensor.
        what: &'static str,
        /// What every row stands for, `" (one row per node)"`, or nothing.
        each: &'static str,
        /// The shape expected.
        expected: Vec<usize>,
        /// The shape found.
        found: Vec<usize>,
    },
    /// Attention with neither self-attention nor Gaussian attention.
    #[error("attention needs self-attention, Gaussian attention or both")]
    NoMechanism,
    /// A setting of a layer outside its range.
    #[error("{setting} must be {expected}, found {found}")]
    Setting {
        /// Name of the setting.
        setting: &'static str,
        /// What it may be, in words.
        expected: &'static str,
        /// The rejected value.
        found: String,
    },
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

impl GnnError {
    pub(crate) fn check_shape<const D: usize>(
        what: &'static str,
        found: [usize; D],
        expected: [usize; D],
    ) -> Result<(), Self> {
        Self::check_rows(what, "", found, expected)
    }

    pub(crate) fn check_rows<const D: usize>(
        what: &'static str,
        each: &'static str,
        found: [usize; D],
        expected: [usize; D],
    ) -> Result<(), Self> {
        if found == expected {
            return Ok(());
        }
        Err(Self::Shape { what, each, expected: expected.to_vec(), found: found.to_vec() })
    }

    /// Whether a layer has something to read and something to give.
    pub(crate) fn check_widths(input: usize, output: usize) -> Result<(), Self> {
        Self::check_setting(input > 0, "input", "at least 1", input)?;
        Self::check_setting(output > 0, "output", "at least 1", output)
    }

    /// Whether `heads` heads can share `channels` values equally.
    pub(crate) fn check_heads(heads: usize, channels: usize) -> Result<(), Self> {
        Self::check_setting(
            heads > 0 && channels.is_multiple_of(heads),
            "heads",
            "a divisor of the width of the output",
            format_args!("{heads} heads for {channels} values"),
        )
    }

    pub(crate) fn check_setting(
        holds: bool,
        setting: &'static str,
        expected: &'static str,
        found: impl Display,
    ) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::Setting { setting, expected, found: found.to_string() }) }
    }
}

/// Layers check shapes and settings like Burn's own: by a panic, with the error's text.
pub(crate) trait OrPanic {
    /// Nothing, or a panic.
    fn or_panic(self);
}

impl OrPanic for Result<(), GnnError> {
    #[track_caller]
    fn or_panic(self) {
        if let Err(error) = self {
            panic!("{error}");
        }
    }
}
