use microexpr_core::OutOfRange;

/// What can go wrong when a graph is built or read back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// No frame was given.
    #[error("a video graph needs at least one kept frame, found none")]
    NoFrames,
    /// Landmarks, flow fields and frame numbers do not come one per kept frame.
    #[error(
        "expected one set of landmarks and one flow field per kept frame ({kept}), found {points} and {flows}"
    )]
    FrameCount {
        /// Number of kept frames.
        kept: usize,
        /// Sets of landmarks given.
        points: usize,
        /// Flow fields given.
        flows: usize,
    },
    /// The numbers of the kept frames do not rise.
    #[error("kept frames must rise, but frame {next} follows frame {previous}")]
    FrameOrder {
        /// A frame number.
        previous: usize,
        /// The frame number after it.
        next: usize,
    },
    /// A frame has another set of landmarks than the first one.
    #[error("kept frame {frame} has {found} landmarks, but the first one has {expected} of the same scheme")]
    LandmarkCount {
        /// Position among the kept frames.
        frame: usize,
        /// Landmarks of the first frame.
        expected: usize,
        /// Landmarks of this frame.
        found: usize,
    },
    /// A flow field without pixels.
    #[error("the flow field of kept frame {frame} has no pixels")]
    EmptyFlow {
        /// Position among the kept frames.
        frame: usize,
    },
    /// A flow field differs in size from the first one.
    #[error(
        "the flow field of kept frame {frame} is {}x{} pixels, but the first one is {}x{}",
        found.1, found.0, expected.1, expected.0
    )]
    FlowSize {
        /// Position among the kept frames.
        frame: usize,
        /// Height and width of the first field.
        expected: (usize, usize),
        /// Height and width of this field.
        found: (usize, usize),
    },
    /// Flow that is NaN or infinite near a landmark.
    #[error("the flow around landmark {landmark} of kept frame {frame} is not finite")]
    FlowNotFinite {
        /// Position among the kept frames.
        frame: usize,
        /// Index of the landmark.
        landmark: usize,
    },
    /// Points that no triangle can be drawn through.
    #[error(
        "a Delaunay triangulation needs three points that are not on one line, found {points} points; \
         use another topology"
    )]
    NoTriangle {
        /// Number of points.
        points: usize,
    },
    /// Facial contours are defined for the 51-point face only.
    #[error(
        "the contours topology needs the 51-point scheme, found {points} points; \
         use another topology"
    )]
    NoContours {
        /// Number of points.
        points: usize,
    },
    /// Partners in a mirror are known of the 51-point face only.
    #[error("a face of {points} points cannot be mirrored, expected one of the 51-point scheme")]
    NoMirror {
        /// Number of points.
        points: usize,
    },
    /// A setting outside its range.
    #[error(transparent)]
    Setting(#[from] OutOfRange),
    /// A graph of frames without landmarks.
    #[error("a video graph needs at least one landmark per frame, found none")]
    NoLandmarks,
    /// Nodes without features.
    #[error("a stream needs at least one feature per node, found none")]
    NoFeatures,
    /// A position or a feature that is NaN or infinite.
    #[error("{name} must be finite, but those in row {row} are not")]
    FeatureNotFinite {
        /// What is not finite.
        name: &'static str,
        /// Index of the node or edge.
        row: usize,
    },
    /// An edge names a node that does not exist.
    #[error("edge {edge} names node {node}, but there are {nodes} nodes")]
    NodeRange {
        /// Index of the edge.
        edge: usize,
        /// The node it names.
        node: u32,
        /// Number of nodes.
        nodes: usize,
    },
    /// Lists that must be equally long are not.
    #[error("{name} must hold {expected} values, found {found}")]
    Length {
        /// What the list holds.
        name: &'static str,
        /// Values expected.
        expected: usize,
        /// Values found.
        found: usize,
    },
    /// More nodes than a `u32` can count.
    #[error("a graph holds at most {} nodes, asked for {nodes}", u32::MAX)]
    TooManyNodes {
        /// Nodes asked for.
        nodes: usize,
    },
}
