//! Text tables as spreadsheets write them: comma, semicolon or tab between cells, UTF-8 or UTF-16, any line end.

use std::path::Path;

use crate::DataError;

/// What may stand between two cells.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Lines by which the separator is known: notes may stand above a heading.
const LOOKED_AT: usize = 30;

/// The rows of a table, its heading included, each with its line; lines without text are none. The separator is the one that the
/// first lines hold most of.
pub(crate) fn rows(path: &Path) -> Result<Vec<(u64, csv::StringRecord)>, DataError> {
    let text = read_text(path)?;
    let first_lines = || text.lines().take(LOOKED_AT).flat_map(str::bytes);
    let count = |separator: &u8| first_lines().filter(|byte| byte == separator).count();
    // Of equals the last one counts: the comma.
    let separator = SEPARATORS.into_iter().rev().max_by_key(count).unwrap_or(b',');
    let mut csv = csv::ReaderBuilder::new();
    csv.delimiter(separator).trim(csv::Trim::All).flexible(true).has_headers(false);
    let (mut rows, mut at, mut line) = (Vec::new(), 0, 1);
    for record in csv.from_reader(text.as_bytes()).records() {
        let record = record.map_err(|source| DataError::ReadCsv { path: path.to_owned(), source })?;
        // The reader's own place is that of the empty lines before a row.
        let start = record.position().map_or(at, |place| place.byte() as usize);
        let skipped = text[start..].bytes().take_while(|byte| *byte == b'\n').count();
        line += text[at..start + skipped].bytes().filter(|byte| *byte == b'\n').count() as u64;
        at = start + skipped;
        rows.push((line, record));
    }
    Ok(rows)
}

/// A file's text with `\n` after every line, by which lines are counted.
fn read_text(path: &Path) -> Result<String, DataError> {
    let read = |error: std::io::Error| DataError::ReadCsv { path: path.to_owned(), source: error.into() };
    let bytes = std::fs::read(path).map_err(read)?;
    let text = decode(&bytes).ok_or_else(|| DataError::Encoding { path: path.to_owned() })?;
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

fn decode(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        // Text holds no zeros: UTF-16 without its mark would be taken for one letter in a cell.
        _ if bytes.contains(&0) => None,
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (units, rest) = bytes.as_chunks();
    let text = char::decode_utf16(units.iter().map(|pair| unit(*pair))).collect::<Result<_, _>>();
    text.ok().filter(|_| rest.is_empty())
}

/// A number as spreadsheets write it: with a point, or with a decimal comma.
pub(crate) fn number(cell: &str) -> Option<f64> {
    cell.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite())
}

/// A frame number: whole, however it is written (`9`, `9.0`, `9,0`).
pub(crate) fn frame_cell(cell: &str) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let whole = |number: &f64| (0.0..EXACT).contains(number) && number.fract() == 0.0;
    cell.parse().ok().or_else(|| number(cell).filter(whole).map(|number| number as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_numbers_are_whole() {
        for (cell, expected) in [
            ("9", Some(9)),
            ("9.0", Some(9)),
            ("9,0", Some(9)),
            ("007", Some(7)),
            ("9.5", None),
            ("-1", None),
        ] {
            assert_eq!(frame_cell(cell), expected, "{cell}");
        }
        for cell in ["", "/", "nan", "1e99", "9 0"] {
            assert_eq!(frame_cell(cell), None, "{cell}");
        }
    }

    #[test]
    fn text_is_read_with_its_mark_and_refused_without() {
        let wide = |unit: fn(u16) -> [u8; 2]| "a;ß".encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        assert_eq!(decode(&[&[0xff, 0xfe], &wide(u16::to_le_bytes)[..]].concat()).as_deref(), Some("a;ß"));
        assert_eq!(decode(&[&[0xfe, 0xff], &wide(u16::to_be_bytes)[..]].concat()).as_deref(), Some("a;ß"));
        assert_eq!(decode("\u{feff}a;ß".as_bytes()).as_deref(), Some("a;ß"));
        assert_eq!(decode(&wide(u16::to_le_bytes)), None);
        assert_eq!(decode(b"a;\xdf"), None);
    }
}
