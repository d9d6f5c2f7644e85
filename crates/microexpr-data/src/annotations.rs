//! The workbooks in which SAMM, CASME, CASME II and CAS(ME)³ name onset, apex, offset and emotion of every clip.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::dataset::alphanumeric;
use crate::folder_search::{files, name_of};
use crate::names::last_number;
use crate::workbook::{Sheet, read_sheets};
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

/// The first workbook, in natural order, in one of the folders; one whose name holds `word` before any other. A text table is one
/// only if its name holds the word: landmarks and results are text tables, too.
pub(crate) fn find_workbook(folders: &[&Path], word: &str) -> Option<PathBuf> {
    let has_word = |path: &PathBuf| alphanumeric(&name_of(path)).contains(word);
    let is_workbook = |path: &PathBuf| {
        let extension = path.extension().map(|e| e.to_ascii_lowercase()).unwrap_or_default();
        let is_book = ["xlsx", "xls", "xlsb"].iter().any(|e| extension == *e);
        (is_book || (extension == "csv" && has_word(path))) && !name_of(path).starts_with('~')
    };
    let mut found: Vec<PathBuf> =
        folders.iter().flat_map(|folder| files(folder).unwrap_or_default()).filter(is_workbook).collect();
    found.sort_by_key(|path| {
        (!has_word(path), path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")))
    });
    found.into_iter().next()
}

/// The columns, each under the names that the datasets' workbooks give it; compared by [`alphanumeric`].
///
/// Source: SAMM `Onset Frame`, CASME II `OnsetFrame`, CASME `OnsetF`, `ApexF1`, `Emotion`, CAS(ME)³ `Onset`, `emotion`, 4DME
/// `sub_ID`, `fold_name`, as the loaders of github.com/tvaranka/meb read them.
const SUBJECT: &[&str] = &["Subject", "sub_ID"];
const FILENAME: &[&str] = &["Filename", "fold_name"];
const ONSET: &[&str] = &["Onset Frame", "Onset", "OnsetF"];
const APEX: &[&str] = &["Apex Frame", "Apex", "ApexF1", "ApexF"];
const OFFSET: &[&str] = &["Offset Frame", "Offset", "OffsetF"];
const EMOTION: &[&str] = &["Estimated Emotion", "Emotion"];

/// Reads the rows below the header: the first row of any sheet with the cells Subject and Filename.
pub(crate) fn read_workbook(path: &Path) -> Result<Vec<Annotation>, DataError> {
    for sheet in read_sheets(path)? {
        let is_header =
            |cells: &BTreeMap<usize, String>| place(cells, SUBJECT).and(place(cells, FILENAME)).is_some();
        if let Some((row, header)) = sheet.iter().find(|(_, cells)| is_header(cells)) {
            return rows_below(path, &sheet, *row, header);
        }
    }
    Err(DataError::NoHeader { path: path.to_owned() })
}

/// Column of the first of some names that a header holds.
fn place(header: &BTreeMap<usize, String>, names: &[&str]) -> Option<usize> {
    let of = |name: &&str| header.iter().find(|(_, cell)| alphanumeric(cell) == alphanumeric(name));
    names.iter().find_map(of).map(|(column, _)| *column)
}

fn rows_below(
    path: &Path,
    sheet: &Sheet,
    header_row: usize,
    header: &BTreeMap<usize, String>,
) -> Result<Vec<Annotation>, DataError> {
    let column = |names: &'static [&'static str]| {
        place(header, names).ok_or_else(|| {
            let found: Vec<&str> = header.values().map(String::as_str).collect();
            DataError::MissingColumn { path: path.to_owned(), expected: names[0], found: found.join(", ") }
        })
    };
    let (subject, filename) = (column(SUBJECT)?, column(FILENAME)?);
    let (onset, apex, offset) = (column(ONSET)?, column(APEX)?, column(OFFSET)?);
    let emotion = column(EMOTION)?;
    let annotation = |(row, cells): (&usize, &BTreeMap<usize, String>)| {
        let cell = |column: usize| cells.get(&column).cloned().unwrap_or_default();
        Annotation {
            row: row + 1,
            subject: cell(subject),
            filename: cell(filename),
            onset: cell(onset),
            apex: cell(apex),
            offset: cell(offset),
            emotion: cell(emotion),
        }
    };
    let rows = sheet.range(header_row + 1..).map(annotation);
    Ok(rows.filter(|row| !row.is_blank()).collect())
}
