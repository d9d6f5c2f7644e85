//! Corrections of a dataset's annotations, as data.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::DataError;
use crate::names::clip_key;

/// Clips whose apex lies outside them in the published workbook; public loaders agree that it does, but not on
/// what it should be, so it counts as not annotated.
const SAMM: &str = include_str!("../errata/samm.csv");

/// A column of frame numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FrameColumn {
    /// First frame of the expression.
    Onset,
    /// Frame of its greatest strength.
    Apex,
    /// Last frame of the expression.
    Offset,
}

/// A correction of one cell of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Erratum {
    /// Number of the subject; `None` for any, where clips of different subjects have different names.
    #[serde(default)]
    pub subject: Option<u64>,
    /// The clip, as in the column Filename; letter case and zeros before numbers do not matter.
    pub clip: String,
    /// The cell's column.
    pub column: FrameColumn,
    /// The frame number to use; `None` for not annotated.
    pub frame: Option<u64>,
}

impl Erratum {
    /// Reads a table of corrections: CSV with the header `[subject,]clip,column,frame`; the column is `onset`,
    /// `apex` or `offset`, an empty frame means not annotated, an empty subject any.
    ///
    /// # Errors
    ///
    /// [`DataError::ReadCsv`], which names the line.
    pub fn read(path: impl AsRef<Path>) -> Result<Vec<Self>, DataError> {
        let path = path.as_ref();
        let read = |source| DataError::ReadCsv { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(|error| read(error.into()))?;
        Self::parse(file).map_err(read)
    }

    /// SAMM's known errata: `errata/samm.csv` of this crate.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the table is part of the crate, and a test reads it")]
    pub fn samm() -> Vec<Self> {
        Self::parse(SAMM.as_bytes()).expect("the table in the crate is well formed")
    }

    fn parse(table: impl std::io::Read) -> Result<Vec<Self>, csv::Error> {
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(table).deserialize().collect()
    }

    pub(crate) fn fits(&self, subject: Option<u64>, clip: &str, column: FrameColumn) -> bool {
        self.column == column
            && clip_key(&self.clip) == clip_key(clip)
            && (self.subject.is_none() || self.subject == subject)
    }
}
