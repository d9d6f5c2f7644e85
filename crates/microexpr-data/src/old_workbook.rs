//! How large the sheets of an old workbook (`.xls`) are, before a table is made of them.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::ops::Range;
use std::path::Path;

/// Cells of a sheet from its first to its last row and column, empty ones included: 65,536 rows of 61 columns.
const MOST_CELLS: u64 = 4_000_000;

/// Why no table is made of a workbook.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OldWorkbookError {
    /// It is no container of an old workbook, or is damaged.
    #[error("it is no workbook of Excel 97 to 2003, or is damaged")]
    Container(#[source] io::Error),
    /// A cell far from the others.
    #[error(
        "a sheet of {rows} rows and {columns} columns, more than {most} cells: delete the cell that stands far from the others, \
         or save it as .xlsx or .csv",
        most = MOST_CELLS
    )]
    TooLarge {
        /// From the first to the last row.
        rows: u64,
        /// From the first to the last column.
        columns: u64,
    },
}

/// Looks at every cell's place, of which calamine makes a table that holds the empty ones, too.
///
/// Source: [MS-XLS] 2.1.4 (records), 2.4 (`Dimensions` and the cells).
pub(crate) fn check_size(path: &Path) -> Result<(), OldWorkbookError> {
    let mut container =
        File::open(path).and_then(cfb::CompoundFile::open).map_err(OldWorkbookError::Container)?;
    let name = if container.is_stream("/Workbook") { "/Workbook" } else { "/Book" };
    let mut stream = BufReader::new(container.open_stream(name).map_err(OldWorkbookError::Container)?);
    let mut sheet = Extent::default();
    while let Some((kind, data)) = next_record(&mut stream).map_err(OldWorkbookError::Container)? {
        match kind {
            BEGIN => sheet = Extent::default(),
            DIMENSIONS => Extent::announced(&data).check()?,
            FORMULA | NUMBER | LABEL | RICH_LABEL | TRUTH | SHORT_NUMBER | SHARED_LABEL => {
                let [row, column] = [0, 2].map(|at| word(&data, at));
                sheet.add(row, column);
            }
            SHORT_NUMBERS => {
                sheet.add(word(&data, 0), word(&data, 2));
                sheet.add(word(&data, 0), word(&data, data.len().saturating_sub(2)));
            }
            _ => continue,
        }
        sheet.check()?;
    }
    Ok(())
}

const BEGIN: u16 = 0x0809;
const DIMENSIONS: u16 = 0x0200;
const FORMULA: u16 = 0x0006;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const RICH_LABEL: u16 = 0x00d6;
const TRUTH: u16 = 0x0205;
const SHORT_NUMBER: u16 = 0x027e;
const SHORT_NUMBERS: u16 = 0x00bd;
const SHARED_LABEL: u16 = 0x00fd;

/// Rows and columns of a sheet that hold something.
#[derive(Default)]
struct Extent(Option<[Range<u64>; 2]>);

impl Extent {
    /// What a sheet says of itself; place is reserved for that much.
    fn announced(data: &[u8]) -> Self {
        let long = |at| word(data, at) | word(data, at + 2) << 16;
        Self(Some(match data.len() {
            14.. => [long(0)..long(4), word(data, 8)..word(data, 10)],
            _ => [word(data, 0)..word(data, 2), word(data, 4)..word(data, 6)],
        }))
    }

    fn add(&mut self, row: u64, column: u64) {
        let extent = self.0.get_or_insert([row..row, column..column]);
        for (range, at) in extent.iter_mut().zip([row, column]) {
            *range = range.start.min(at)..range.end.max(at + 1);
        }
    }

    fn check(&self) -> Result<(), OldWorkbookError> {
        let Some([rows, columns]) =
            self.0.as_ref().map(|ranges| ranges.clone().map(|r| r.end.saturating_sub(r.start)))
        else {
            return Ok(());
        };
        if rows * columns > MOST_CELLS { Err(OldWorkbookError::TooLarge { rows, columns }) } else { Ok(()) }
    }
}

/// A number of two bytes; 0 where a record is too short.
fn word(data: &[u8], at: usize) -> u64 {
    data.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u16::from_le_bytes(*bytes).into())
}

/// The kind and content of a record; `None` at the end.
fn next_record(stream: &mut impl Read) -> io::Result<Option<(u16, Vec<u8>)>> {
    let mut header = [0; 4];
    match stream.read_exact(&mut header) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let [kind, length] = [[header[0], header[1]], [header[2], header[3]]].map(u16::from_le_bytes);
    let mut data = vec![0; length.into()];
    match stream.read_exact(&mut data) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        read => read.map(|()| Some((kind, data))),
    }
}
