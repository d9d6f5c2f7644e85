use std::path::PathBuf;

use microexpr_core::{CoreError, OutOfRange};

/// What can go wrong when faces are generated and written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SynthError {
    /// A setting outside its range.
    #[error(transparent)]
    Setting(#[from] OutOfRange),
    /// A text that names no action unit.
    #[error("expected action units such as 4 or L14, joined by +, found {found:?}")]
    UnknownActionUnit {
        /// The text.
        found: String,
    },
    /// A face that does not fit into its frame.
    #[error(
        "a face with its eyes {inter_ocular_px} px apart does not fit into a {width}x{height} frame (landmark {landmark} \
         would lie at {x:.0}, {y:.0}): enlarge the frame or lower inter_ocular_px, pose_px, sway_px or sway_zoom",
        x = at[0], y = at[1]
    )]
    FaceOutsideFrame {
        /// Distance between the eyes' centres in pixels.
        inter_ocular_px: f64,
        /// Frame width in pixels.
        width: usize,
        /// Frame height in pixels.
        height: usize,
        /// Index of the point, of 68.
        landmark: usize,
        /// Where it would lie, `[x, y]` in pixels.
        at: [f64; 2],
    },
    /// The output folder holds something already.
    #[error("{path}: is not empty; nothing was written (choose a new folder or empty this one)", path = path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The output folder cannot be listed.
    #[error("{path}: cannot be read as a folder", path = path.display())]
    ReadFolder {
        /// The folder.
        path: PathBuf,
        /// The reason given by the system.
        #[source]
        source: std::io::Error,
    },
    /// A frame could not be encoded.
    #[error("{path}: cannot be encoded as an image", path = path.display())]
    Encode {
        /// The file it was meant for.
        path: PathBuf,
        /// The encoder's reason.
        #[source]
        source: image::ImageError,
    },
    /// An annotation file could not be made.
    #[error("{path}: cannot be made as a workbook", path = path.display())]
    #[cfg(feature = "xlsx")]
    Workbook {
        /// The file it was meant for.
        path: PathBuf,
        /// The writer's reason.
        #[source]
        source: Box<rust_xlsxwriter::XlsxError>,
    },
    /// The ground truth could not be encoded.
    #[error("{path}: cannot be encoded as JSON", path = path.display())]
    Json {
        /// The file it was meant for.
        path: PathBuf,
        /// The encoder's reason.
        #[source]
        source: serde_json::Error,
    },
    /// A file could not be written, or a value of the core crate was refused.
    #[error(transparent)]
    Core(#[from] CoreError),
}
