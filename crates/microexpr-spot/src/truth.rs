//! True intervals, as a table holds them.

use std::path::Path;

use crate::{ExpressionKind, Interval, SpotError};

/// A true expression of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrueExpression {
    /// Name of the recording: of its folder, or of its file without extension.
    pub recording: String,
    /// Micro or macro.
    pub kind: ExpressionKind,
    /// Its class; empty if the table has none.
    pub class: String,
    /// Its frames.
    pub interval: Interval,
    /// Frame of the strongest motion.
    pub apex: usize,
}

/// Reads a CSV table with the columns `recording`, `kind` (`micro` or `macro`), `onset`, `apex`, `offset` (frames, counted from 0), and
/// `class`, if there is one; further columns do not matter.
///
/// # Errors
///
/// [`SpotError::ReadTruth`], [`SpotError::TruthColumn`], [`SpotError::TruthRow`].
pub fn read_truth(path: &Path) -> Result<Vec<TrueExpression>, SpotError> {
    let unreadable = |source| SpotError::ReadTruth { path: path.to_owned(), source };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(unreadable)?;
    let header = reader.headers().map_err(unreadable)?.clone();
    let place = |name: &str| header.iter().position(|column| column.eq_ignore_ascii_case(name));
    let column = |expected: &'static str| {
        let found = || header.iter().collect::<Vec<_>>().join(", ");
        place(expected).ok_or_else(|| SpotError::TruthColumn {
            path: path.to_owned(),
            expected,
            found: found(),
        })
    };
    let places =
        [column("recording")?, column("kind")?, column("onset")?, column("apex")?, column("offset")?];
    let class = place("class");
    let mut all = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        all.push(row(path, &record, places, class)?);
    }
    Ok(all)
}

fn row(
    path: &Path,
    record: &csv::StringRecord,
    [recording, kind, onset, apex, offset]: [usize; 5],
    class: Option<usize>,
) -> Result<TrueExpression, SpotError> {
    let cell = |place: usize| record.get(place).unwrap_or_default();
    let refused = |column, expected, found: &str| SpotError::TruthRow {
        path: path.to_owned(),
        line: record.position().map_or(0, csv::Position::line),
        column,
        expected,
        found: found.to_owned(),
    };
    let frame = |column, place| {
        cell(place).parse::<usize>().map_err(|_| refused(column, "a frame number, from 0", cell(place)))
    };
    let kind_of =
        ExpressionKind::of_name(cell(kind)).ok_or_else(|| refused("kind", "micro or macro", cell(kind)))?;
    let interval = Interval { onset: frame("onset", onset)?, offset: frame("offset", offset)? };
    let apex_frame = frame("apex", apex)?;
    if interval.offset < interval.onset {
        return Err(refused("offset", "a frame not before the onset", cell(offset)));
    }
    if !(interval.onset..=interval.offset).contains(&apex_frame) {
        return Err(refused("apex", "a frame from onset to offset", cell(apex)));
    }
    Ok(TrueExpression {
        recording: cell(recording).to_owned(),
        kind: kind_of,
        class: class.map_or_else(String::new, |place| cell(place).to_owned()),
        interval,
        apex: apex_frame,
    })
}
