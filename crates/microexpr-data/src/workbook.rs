//! Sheets of a workbook, of which only the cells that hold something take room.

use std::collections::BTreeMap;
use std::path::Path;

#[cfg(feature = "xlsx")]
use crate::spreadsheet::read_spreadsheet;
use crate::{DataError, delimited};

/// Cells by row and column, both from 0; as their text.
pub(crate) type Sheet = BTreeMap<usize, BTreeMap<usize, String>>;

/// The sheets of a workbook, or the one of a text table.
pub(crate) fn read_sheets(path: &Path) -> Result<Vec<Sheet>, DataError> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    match &*extension {
        "csv" => Ok(vec![read_text_table(path)?]),
        "xls" | "xlsx" | "xlsm" | "xlsb" => read_spreadsheet(path),
        _ => Err(DataError::TableFormat { path: path.to_owned() }),
    }
}

#[cfg(not(feature = "xlsx"))]
fn read_spreadsheet(path: &Path) -> Result<Vec<Sheet>, DataError> {
    Err(DataError::WorkbooksLeftOut { path: path.to_owned() })
}

fn read_text_table(path: &Path) -> Result<Sheet, DataError> {
    let cells = |record: csv::StringRecord| {
        let written = record.iter().enumerate().filter(|(_, text)| !text.is_empty());
        written.map(|(column, text)| (column, text.to_owned())).collect()
    };
    let rows = delimited::rows(path)?.into_iter();
    Ok(rows.map(|(line, record)| (line as usize - 1, cells(record))).collect())
}
