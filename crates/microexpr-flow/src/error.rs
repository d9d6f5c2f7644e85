use std::path::PathBuf;

use microexpr_core::{CoreError, OutOfRange};

/// What can go wrong when motion is estimated, measured or stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// A frame without pixels.
    #[error("a frame needs at least one pixel, found {width}x{height}")]
    EmptyFrame {
        /// Height in pixels.
        height: usize,
        /// Width in pixels.
        width: usize,
    },
    /// A pixel that is NaN, infinite or far outside `0..=1`.
    #[error("the pixel at row {row}, column {col} is {value}; frames hold finite grey values in 0..=1")]
    PixelValue {
        /// Row of the first such pixel.
        row: usize,
        /// Column of the first such pixel.
        col: usize,
        /// The pixel.
        value: f32,
    },
    /// Two images or fields that must have one size have two.
    #[error("sizes differ: expected {}x{}, found {}x{}", expected.1, expected.0, found.1, found.0)]
    FrameSize {
        /// Height and width of the first.
        expected: (usize, usize),
        /// Height and width of the second.
        found: (usize, usize),
    },
    /// A frame was prepared by a solver or tracker with other settings.
    #[error("a frame prepared with other settings cannot be used here; prepare it with this solver")]
    PreparedElsewhere,
    /// There is not one start position per point.
    #[error("expected one start position for each of {expected} points, found {found}")]
    StartCount {
        /// Number of points.
        expected: usize,
        /// Number of start positions.
        found: usize,
    },
    /// A point or start position that is NaN or infinite.
    #[error("point {index} is not finite")]
    PointNotFinite {
        /// Index of the point.
        index: usize,
    },
    /// A frame index beyond the end of a clip.
    #[error("frame {index} was asked for, but the clip has {frames} frames")]
    FrameIndex {
        /// The index.
        index: usize,
        /// Frames of the clip.
        frames: usize,
    },
    /// A setting outside its range.
    #[error("{name} must be {expected}, found {found}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// The allowed range in words.
        expected: &'static str,
        /// The rejected value.
        found: f64,
    },
    /// A setting outside its range.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// A displacement that is NaN or infinite.
    #[error("the displacement at row {row}, column {col} of field {field} is not finite")]
    FlowNotFinite {
        /// Index of the field.
        field: usize,
        /// Row of the first such displacement.
        row: usize,
        /// Column of the first such displacement.
        col: usize,
    },
    /// A file that is not what its name says.
    #[error("{path}: not a flow file: {reason}", path = path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be read.
    #[error("{path}: cannot be read", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason given by the system.
        #[source]
        source: std::io::Error,
    },
    /// A value of `microexpr-core` could not be made or written.
    #[error(transparent)]
    Core(#[from] CoreError),
}
