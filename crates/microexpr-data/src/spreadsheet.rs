//! Sheets of Excel's workbooks.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Data, Reader, Sheets};

use crate::DataError;
use crate::old_workbook::check_size;
use crate::workbook::Sheet;

/// Reads the cells one by one: a sheet's size says nothing, one stray cell in its last corner would make a table of 17 billion cells.
pub(crate) fn read_spreadsheet(path: &Path) -> Result<Vec<Sheet>, DataError> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xls")) {
        check_size(path).map_err(|source| DataError::OldWorkbook { path: path.to_owned(), source })?;
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
