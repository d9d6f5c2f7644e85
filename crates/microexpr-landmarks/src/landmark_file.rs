//! Landmarks of a clip in files, from and for other programs.

mod clip_frames;
mod csv_table;
mod found_face;
mod json;
mod one_face;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use microexpr_core::{LandmarkScheme, Landmarks};

pub use clip_frames::{ClipLandmarks, FolderFrames};
use found_face::FoundFace;

use crate::LandmarkError;

/// Points of the iBUG scheme.
const POINTS: usize = 68;

/// Points of the frames of a recording, one face a frame, by the numbers that the program that wrote them gives to frames.
///
/// Read are OpenFace's tables, py-feat's, our own, and MediaPipe's results; see [`LandmarkFile::read`].
#[derive(Debug, Clone, PartialEq)]
pub struct LandmarkFile {
    path: PathBuf,
    faces: BTreeMap<u64, FoundFace>,
    /// Frames in which the program saw no face.
    lost: Vec<u64>,
    notes: Vec<String>,
}

impl LandmarkFile {
    /// Reads the points of frames: `.json` as JSON, anything else as CSV.
    ///
    /// CSV has OpenFace's columns: `frame`, `x_0` to `x_67`, `y_0` to `y_67` (or up to `x_477`: MediaPipe's mesh); rows of
    /// `success` 0, of `confidence` 0, of zeros only or of nothing are frames without a face; of several faces in a frame one is
    /// followed (`face_id`, else the largest of the first frame); other columns are ignored and spaces after commas allowed.
    ///
    /// JSON is `{"frames": [F, …]}`, a list of `F`, or one `F`, where `F` is a list of `[x, y]` or `{"x": …, "y": …}`, `null`
    /// where there is no face, or an object with `faces`, `face_landmarks`, `multi_face_landmarks`, `points`, `landmarks` or
    /// `landmark`, and maybe `frame`, its number; else frames count from 1.
    ///
    /// # Errors
    ///
    /// [`LandmarkError::ReadFile`], and [`LandmarkError::LandmarkFile`] naming the line, what is wrong there and its cure.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, LandmarkError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|source| LandmarkError::ReadFile { path: path.to_owned(), source })?;
        let (found, lost) =
            if is_json(path) { json::parse(&text, path) } else { csv_table::parse(&text, path) }?;
        if found.is_empty() {
            let reason = match lost.len() {
                0 => "expected at least one frame, found none".to_owned(),
                frames => format!("no face in any of its {frames} frames (success 0, or zeros only)"),
            };
            return Err(wrong(path, 1, reason));
        }
        let (faces, choice) = one_face::one_face(found);
        Ok(Self { path: path.to_owned(), faces, lost, notes: choice.into_iter().collect() })
    }
}

/// Reads the 68 points of every frame of a file that counts frames from 1 without gaps, in pixels: what [`write_landmarks`]
/// writes. Of other files [`LandmarkFile`] tells which frame is which.
///
/// # Errors
///
/// Those of [`LandmarkFile::read`]; [`LandmarkError::LandmarkFile`] for another numbering.
pub fn read_landmarks(path: impl AsRef<Path>) -> Result<Vec<Landmarks>, LandmarkError> {
    let file = LandmarkFile::read(path)?;
    let numbers = file.faces.iter().zip(1..);
    numbers
        .map(|((number, face), expected)| {
            if *number != expected {
                let problem = format!("{}: expected frame {expected}, found frame {number}", face.place);
                return Err(wrong(&file.path, 1, problem));
            }
            Ok(Landmarks::new(LandmarkScheme::Ibug68, face.points.clone())?)
        })
        .collect()
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
