//! A table as a workbook, or as text where the program was built without workbooks.

use std::path::Path;

use microexpr_core::atomic_file;
#[cfg(feature = "xlsx")]
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::SynthError;

/// What stands at a row and column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    Number(f64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

/// Writes `path` with the extension `.xlsx`.
#[cfg(feature = "xlsx")]
pub(crate) fn write_table(path: &Path, rows: &[Vec<Cell>]) -> Result<(), SynthError> {
    let path = path.with_extension("xlsx");
    let file = workbook(rows)
        .map_err(|source| SynthError::Workbook { path: path.clone(), source: Box::new(source) })?;
    Ok(atomic_file::write(&path, &file)?)
}

/// A workbook of one sheet. Its date is fixed: the same clips give the same bytes.
#[cfg(feature = "xlsx")]
fn workbook(rows: &[Vec<Cell>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => _ = sheet.write(row, column, text)?,
                Cell::Number(number) => _ = sheet.write(row, column, *number)?,
            }
        }
    }
    book.save_to_buffer()
}

/// Writes `path` with the extension `.csv`.
#[cfg(not(feature = "xlsx"))]
pub(crate) fn write_table(path: &Path, rows: &[Vec<Cell>]) -> Result<(), SynthError> {
    let text = |cell: &Cell| match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        Cell::Number(number) => number.to_string(),
    };
    let line = |cells: &Vec<Cell>| cells.iter().map(text).collect::<Vec<_>>().join(",") + "\n";
    let table: String = rows.iter().map(line).collect();
    Ok(atomic_file::write(path.with_extension("csv"), table.as_bytes())?)
}
