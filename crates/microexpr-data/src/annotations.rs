//! The workbooks in which SAMM and CASME II name onset, apex, offset and emotion of every clip.

use std::path::{Path, PathBuf};

use calamine::{Data, Range, Reader};
use serde::{Deserialize, Serialize};

use crate::dataset::alphanumeric;
use crate::folder_search::{files, name_of};
use crate::names::last_number;
use crate::{DataError, Erratum, FrameColumn};

/// One row of a workbook; cells as their text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Annotation {
    /// Row number as a spreadsheet shows it.
    pub(crate) row: usize,
    pub(crate) subject: String,
    pub(crate) filename: String,
    pub(crate) onset: String,
    pub(crate) apex: String,
    pub(crate) offset: String,
    pub(crate) emotion: String,
}

impl Annotation {
    /// Whether none of its cells holds anything.
    fn is_blank(&self) -> bool {
        let Self { subject, filename, onset, apex, offset, emotion, .. } = self;
        [subject, filename, onset, apex, offset, emotion].into_iter().all(String::is_empty)
    }
}

/// Settings of [`read_samm`](crate::read_samm) and [`read_casme2`](crate::read_casme2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AnnotationParams {
    /// The workbook; by default the one beside the subjects' folders, or in the folder above.
    pub workbook: Option<PathBuf>,
    /// Corrections, applied before anything is checked; of several for one cell the last one counts.
    pub errata: Vec<Erratum>,
}

impl AnnotationParams {
    /// With [`Erratum::samm`].
    #[must_use]
    pub fn samm() -> Self {
        Self { workbook: None, errata: Erratum::samm() }
    }

    /// The last correction of a cell that fits; `Some(None)` for not annotated.
    pub(crate) fn erratum(&self, row: &Annotation, column: FrameColumn) -> Option<Option<u64>> {
        let subject = last_number(&row.subject);
        self.errata.iter().rfind(|e| e.fits(subject, &row.filename, column)).map(|e| e.frame)
    }
}

/// The first workbook, in natural order, in one of the folders; one whose name holds `word` before any other.
pub(crate) fn find_workbook(folders: &[&Path], word: &str) -> Option<PathBuf> {
    let is_workbook = |path: &PathBuf| {
        let extension = path.extension().map(|e| e.to_ascii_lowercase());
        extension.is_some_and(|e| e == "xlsx" || e == "xls") && !name_of(path).starts_with('~')
    };
    let mut found: Vec<PathBuf> =
        folders.iter().flat_map(|folder| files(folder).unwrap_or_default()).filter(is_workbook).collect();
    found.sort_by_key(|path| !alphanumeric(&name_of(path)).contains(word));
    found.into_iter().next()
}

/// Reads the rows below the header: the first row of any sheet with the cells Subject and Filename.
pub(crate) fn read_workbook(path: &Path) -> Result<Vec<Annotation>, DataError> {
    let read =
        |source: calamine::Error| DataError::ReadWorkbook { path: path.to_owned(), source: Box::new(source) };
    let mut workbook = calamine::open_workbook_auto(path).map_err(read)?;
    for sheet in workbook.sheet_names() {
        let cells = workbook.worksheet_range(&sheet).map_err(read)?;
        let header = cells.rows().position(|row| {
            let has = |name: &str| row.iter().any(|cell| alphanumeric(&text(cell)) == name);
            has("subject") && has("filename")
        });
        if let Some(header) = header {
            return rows_below(path, &cells, header);
        }
    }
    Err(DataError::NoHeader { path: path.to_owned() })
}

fn rows_below(path: &Path, cells: &Range<Data>, header: usize) -> Result<Vec<Annotation>, DataError> {
    let names: Vec<String> = cells.rows().nth(header).unwrap_or_default().iter().map(text).collect();
    let column = |expected: &'static str| {
        names.iter().position(|name| alphanumeric(name) == alphanumeric(expected)).ok_or_else(|| {
            let found: Vec<&str> = names.iter().map(String::as_str).filter(|n| !n.is_empty()).collect();
            DataError::MissingColumn { path: path.to_owned(), expected, found: found.join(", ") }
        })
    };
    let (subject, filename) = (column("Subject")?, column("Filename")?);
    let (onset, apex, offset) = (column("Onset Frame")?, column("Apex Frame")?, column("Offset Frame")?);
    let emotion = column("Estimated Emotion")?;
    let first_row = cells.start().map_or(0, |(row, _)| row as usize) + 1;
    let annotation = |(at, row): (usize, &[Data])| Annotation {
        row: first_row + at,
        subject: text(&row[subject]),
        filename: text(&row[filename]),
        onset: text(&row[onset]),
        apex: text(&row[apex]),
        offset: text(&row[offset]),
        emotion: text(&row[emotion]),
    };
    let rows = cells.rows().enumerate().skip(header + 1).map(annotation);
    Ok(rows.filter(|row| !row.is_blank()).collect())
}

/// A cell as it is displayed; whole numbers without a fraction.
fn text(cell: &Data) -> String {
    cell.to_string().trim().to_owned()
}
