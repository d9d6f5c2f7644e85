use std::path::Path;

use microexpr_core::{Landmarks, Point};

use super::found_face::{FoundFace, Row, ibug68};
use super::{POINTS, wrong};
use crate::LandmarkError;

/// Points of the longest row that is known: MediaPipe's mesh with irises.
const MOST_POINTS: usize = 478;

/// The faces of a table, and the numbers of the frames in which none was seen.
pub(super) fn parse(text: &str, path: &Path) -> Result<(Vec<FoundFace>, Vec<u64>), LandmarkError> {
    // By this the lines are counted as an editor counts them.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| at_line(path, &text, &e))?.clone();
    let columns = Columns::find(&header).map_err(|name| {
        let cure = "the 68 points are x_0 to x_67 and y_0 to y_67, as OpenFace's -2Dfp writes them";
        wrong(path, 1, format!("expected a column {name}, found none: {cure}"))
    })?;
    let (mut faces, mut lost) = (Vec::new(), Vec::new());
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|e| at_line(path, &text, &e))?;
        let line = line_of(&text, record.position());
        let failed = |problem| wrong(path, line, problem);
        let number = columns.frame_number(&record, index).map_err(failed)?;
        match columns.row(&record).map_err(failed)? {
            Row::Lost => lost.push(number),
            Row::Face(points) => faces.push(FoundFace {
                line,
                number,
                id: columns.id.and_then(|column| record.get(column)?.parse::<f64>().ok()).map(|id| id as u64),
                confidence: columns.confidence(&record).unwrap_or(1.0),
                points,
            }),
        }
    }
    Ok((faces, lost))
}

/// Where the wanted columns are.
struct Columns {
    names: csv::StringRecord,
    frame: Option<usize>,
    id: Option<usize>,
    success: Option<usize>,
    confidence: Option<usize>,
    points: Vec<[usize; 2]>,
}

impl Columns {
    /// The columns, or the name of a missing one.
    fn find(header: &csv::StringRecord) -> Result<Self, String> {
        let place = |name: &str| header.iter().position(|h| h == name);
        let any_case =
            |names: &[&str]| header.iter().position(|h| names.iter().any(|n| h.eq_ignore_ascii_case(n)));
        let needed = |name: String| place(&name).ok_or(name);
        let point = |i: usize| Ok([needed(format!("x_{i}"))?, needed(format!("y_{i}"))?]);
        let count = (0..MOST_POINTS).take_while(|i| place(&format!("x_{i}")).is_some()).count().max(POINTS);
        Ok(Self {
            names: header.clone(),
            frame: any_case(&["frame", "frame_number", "frame_id"]),
            id: any_case(&["face_id"]),
            success: any_case(&["success"]),
            confidence: any_case(&["confidence", "FaceScore"]),
            points: (0..count).map(point).collect::<Result<_, String>>()?,
        })
    }

    /// The row's number; without a column of numbers rows are counted from 1.
    fn frame_number(&self, record: &csv::StringRecord, index: usize) -> Result<u64, String> {
        let Some(column) = self.frame else { return Ok(index as u64 + 1) };
        let number = self.number(record, column)?;
        let whole = number >= 0.0 && number.fract() == 0.0 && number < 1e15;
        whole.then_some(number as u64).ok_or_else(|| format!("expected a frame number, found {number}"))
    }

    fn confidence(&self, record: &csv::StringRecord) -> Option<f64> {
        self.confidence
            .and_then(|column| record.get(column)?.parse().ok())
            .filter(|value: &f64| value.is_finite())
    }

    fn row(&self, record: &csv::StringRecord) -> Result<Row, String> {
        let failed = self.success.and_then(|column| record.get(column)?.parse().ok()) == Some(0.0);
        if failed || self.confidence(record) == Some(0.0) {
            return Ok(Row::Lost);
        }
        if self.points.iter().flatten().all(|column| record.get(*column).is_none_or(str::is_empty)) {
            return Ok(Row::Lost);
        }
        let point = |[x, y]: &[usize; 2]| Ok([self.number(record, *x)?, self.number(record, *y)?]);
        ibug68(self.points.iter().map(point).collect::<Result<Vec<Point>, String>>()?)
    }

    fn number(&self, record: &csv::StringRecord, column: usize) -> Result<f64, String> {
        let text = record.get(column).unwrap_or_default();
        text.parse()
            .map_err(|_| format!("expected a number in column {}, found {text:?}", &self.names[column]))
    }
}

fn at_line(path: &Path, text: &str, error: &csv::Error) -> LandmarkError {
    wrong(path, line_of(text, error.position()), error.to_string())
}

/// The line of a record; the position that the reader names lies before blank lines, which it passes over.
fn line_of(text: &str, position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 1 };
    let rest = text.as_bytes().get(position.byte() as usize..).unwrap_or_default();
    position.line() + rest.iter().take_while(|byte| **byte == b'\n').count() as u64
}

pub(super) fn format(frames: &[Landmarks]) -> String {
    let names = |axis: char| (0..POINTS).map(move |i| format!(",{axis}_{i}"));
    let mut text: String = std::iter::once("frame".to_owned()).chain(names('x')).chain(names('y')).collect();
    text.push('\n');
    for (index, landmarks) in frames.iter().enumerate() {
        text += &(index + 1).to_string();
        for axis in [0, 1] {
            landmarks.points().iter().for_each(|p| text += &format!(",{}", p[axis]));
        }
        text.push('\n');
    }
    text
}
