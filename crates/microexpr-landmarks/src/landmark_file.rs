//! Landmarks of a clip in files, from and for other programs.

mod csv_table;
mod json;

use std::path::Path;

use microexpr_core::Landmarks;

use crate::LandmarkError;

/// Reads the 68 points of every frame: `.json` as JSON, anything else as CSV.
///
/// CSV has OpenFace's columns: `frame` (from 1, without gaps), `x_0` to `x_67`, `y_0` to `y_67`, in pixels; other columns
/// are ignored and spaces after commas allowed. JSON is `{"frames": [[[x, y], …68], …]}`. Pixel centres are whole numbers.
///
/// # Errors
///
/// [`LandmarkError::ReadFile`], and [`LandmarkError::LandmarkFile`] naming the line and what is wrong there.
pub fn read_landmarks(path: impl AsRef<Path>) -> Result<Vec<Landmarks>, LandmarkError> {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path)
        .map_err(|source| LandmarkError::ReadFile { path: path.to_owned(), source })?;
    if is_json(path) { json::parse(&text, path) } else { csv_table::parse(&text, path) }
}

/// Writes the 68 points of every frame in the format that [`read_landmarks`] reads: `.json` as JSON, anything else as CSV.
/// The file is whole or not there.
///
/// # Errors
///
/// [`LandmarkError::Scheme`] for other points than the 68, [`LandmarkError::Core`] if the file cannot be written.
pub fn write_landmarks(path: impl AsRef<Path>, frames: &[Landmarks]) -> Result<(), LandmarkError> {
    let path = path.as_ref();
    frames.iter().try_for_each(crate::eyes::require_68)?;
    let text = if is_json(path) { json::format(frames) } else { csv_table::format(frames) };
    Ok(microexpr_core::atomic_file::write(path, text.as_bytes())?)
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"))
}

fn wrong(path: &Path, line: u64, problem: String) -> LandmarkError {
    LandmarkError::LandmarkFile { path: path.to_owned(), line, problem }
}
