use std::path::PathBuf;

use microexpr_core::OutOfRange;
use microexpr_flow::FlowError;

/// What can go wrong when expressions are spotted or scored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpotError {
    /// A setting out of range.
    #[error(transparent)]
    Setting(#[from] OutOfRange),
    /// A frame that cannot be followed: of another size, without pixels, or not grey in `0..=1`.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// Landmarks of another scheme than the one that the regions are placed by.
    #[error("regions are placed by the 68 points of iBUG 300-W, found {found} points")]
    Landmarks {
        /// Number of points given.
        found: usize,
    },
    /// Eyes that lie on each other.
    #[error("the eyes are {distance_px:.2} px apart, too near for regions of a face")]
    NoFace {
        /// Distance of the eyes' middles.
        distance_px: f64,
    },
    /// Motion of another number of regions than the spotter was made for.
    #[error("motion of {expected} regions expected, found {found}")]
    RegionCount {
        /// Regions of the spotter's layout.
        expected: usize,
        /// Regions given.
        found: usize,
    },
    /// A table of true intervals that cannot be read as CSV.
    #[error("{path}: cannot be read as CSV", path = path.display())]
    ReadTruth {
        /// The file.
        path: PathBuf,
        /// The reader's reason.
        #[source]
        source: csv::Error,
    },
    /// A table of true intervals without a column.
    #[error("{path}: expected a column {expected}; found {found}", path = path.display())]
    TruthColumn {
        /// The file.
        path: PathBuf,
        /// Name of the column.
        expected: &'static str,
        /// The columns that are there.
        found: String,
    },
    /// A row of true intervals that is none.
    #[error("{path}: line {line}: {column} is {found:?}, expected {expected}", path = path.display())]
    TruthRow {
        /// The file.
        path: PathBuf,
        /// Line in the file, from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// What it may hold.
        expected: &'static str,
        /// What it holds.
        found: String,
    },
}
