use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A clip that is part of the data but not of the evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its name, as far as known.
    pub id: String,
    /// Its folder, or the table that names it.
    pub path: PathBuf,
    /// Why it is left out.
    pub reason: String,
}
