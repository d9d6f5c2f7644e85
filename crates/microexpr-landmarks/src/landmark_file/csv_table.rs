use std::path::Path;

use microexpr_core::{LandmarkScheme, Landmarks, Point};

use super::wrong;
use crate::LandmarkError;

const POINTS: usize = 68;

pub(super) fn parse(text: &str, path: &Path) -> Result<Vec<Landmarks>, LandmarkError> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().map_err(|e| at_line(path, &e))?.clone();
    let columns = Columns::find(&header)
        .map_err(|name| wrong(path, 1, format!("expected a column {name}, found none")))?;
    let mut frames = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| at_line(path, &e))?;
        let line = record.position().map_or(0, csv::Position::line);
        let number = columns.number(&record, columns.frame).map_err(|problem| wrong(path, line, problem))?;
        let expected = frames.len() + 1;
        if number != expected as f64 {
            return Err(wrong(path, line, format!("expected frame {expected}, found frame {number}")));
        }
        frames.push(columns.landmarks(&record).map_err(|problem| wrong(path, line, problem))?);
    }
    if frames.is_empty() {
        return Err(wrong(path, 1, "expected at least one frame, found none".to_owned()));
    }
    Ok(frames)
}

/// Where the wanted columns are.
struct Columns {
    names: csv::StringRecord,
    frame: usize,
    points: Vec<[usize; 2]>,
}

impl Columns {
    /// The columns, or the name of a missing one.
    fn find(header: &csv::StringRecord) -> Result<Self, String> {
        let place = |name: String| header.iter().position(|h| h == name).ok_or(name);
        let frame = place("frame".to_owned())?;
        let points = (0..POINTS).map(|i| Ok([place(format!("x_{i}"))?, place(format!("y_{i}"))?]));
        Ok(Self { names: header.clone(), frame, points: points.collect::<Result<_, String>>()? })
    }

    fn landmarks(&self, record: &csv::StringRecord) -> Result<Landmarks, String> {
        let point = |[x, y]: &[usize; 2]| Ok([self.number(record, *x)?, self.number(record, *y)?]);
        let points: Result<Vec<Point>, String> = self.points.iter().map(point).collect();
        Landmarks::new(LandmarkScheme::Ibug68, points?).map_err(|e| e.to_string())
    }

    fn number(&self, record: &csv::StringRecord, column: usize) -> Result<f64, String> {
        let text = record.get(column).unwrap_or_default();
        text.parse()
            .map_err(|_| format!("expected a number in column {}, found {text:?}", &self.names[column]))
    }
}

fn at_line(path: &Path, error: &csv::Error) -> LandmarkError {
    wrong(path, error.position().map_or(1, csv::Position::line), error.to_string())
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
