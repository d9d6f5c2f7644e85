//! Sheets of a workbook, of which only the cells that hold something take room.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Data, Reader, Sheets};

use crate::old_workbook::check_size;
use crate::{DataError, delimited};

/// Cells by row and column, both from 0; as their text.
pub(crate) type Sheet = BTreeMap<usize, BTreeMap<usize, String>>;

/// The sheets of a workbook, or the one of a text table.
///
/// A sheet's size says nothing: one stray cell in its last corner would make a table of 17 billion cells.
pub(crate) fn read_sheets(path: &Path) -> Result<Vec<Sheet>, DataError> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    match &*extension {
        "csv" => return Ok(vec![read_text_table(path)?]),
        "xls" => {
            check_size(path).map_err(|source| DataError::OldWorkbook { path: path.to_owned(), source })?
        }
        "xlsx" | "xlsm" | "xlsb" => {}
        _ => return Err(DataError::TableFormat { path: path.to_owned() }),
    }
    let failed =
        |source: calamine::Error| DataError::ReadWorkbook { path: path.to_owned(), source: Box::new(source) };
    let mut workbook = calamine::open_workbook_auto(path).map_err(failed)?;
    let names = workbook.sheet_names();
    names.iter().map(|name| read_sheet(&mut workbook, name).map_err(failed)).collect()
}

fn read_sheet(workbook: &mut Sheets<BufReader<File>>, name: &str) -> Result<Sheet, calamine::Error> {
    let mut sheet = Sheet::new();
    let mut keep = |(row, column): (u32, u32), cell: &Data| {
        let text = cell.to_string().trim().to_owned();
        if !text.is_empty() {
            sheet.entry(row as usize).or_default().insert(column as usize, text);
        }
    };
    match workbook {
        Sheets::Xlsx(book) => {
            let mut cells = book.worksheet_cells_reader(name)?;
            while let Some(cell) = cells.next_cell()? {
                keep(cell.get_position(), &cell.get_value().clone().into());
            }
        }
        Sheets::Xlsb(book) => {
            let mut cells = book.worksheet_cells_reader(name)?;
            while let Some(cell) = cells.next_cell()? {
                keep(cell.get_position(), &cell.get_value().clone().into());
            }
        }
        // The older format, whose size has been looked at.
        other => {
            let range = other.worksheet_range(name)?;
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, cell) in range.used_cells() {
                keep((top + row as u32, left + column as u32), cell);
            }
        }
    }
    Ok(sheet)
}

fn read_text_table(path: &Path) -> Result<Sheet, DataError> {
    let cells = |record: csv::StringRecord| {
        let written = record.iter().enumerate().filter(|(_, text)| !text.is_empty());
        written.map(|(column, text)| (column, text.to_owned())).collect()
    };
    let rows = delimited::rows(path)?.into_iter();
    Ok(rows.map(|(line, record)| (line as usize - 1, cells(record))).collect())
}
