//! What the landmark files of a dataset have to say.

use microexpr::data::{ClipRecord, DatasetIndex};
use microexpr::pipeline::{LandmarkSource, landmarks_beside};
use rayon::prelude::*;

use super::one_line;

/// What a clip's landmark file says, or why it cannot be used.
fn notes_of(clip: &ClipRecord) -> Result<Vec<String>, String> {
    let frames = clip.sequence().map_err(|error| one_line(&error))?;
    landmarks_beside(&frames).map(|found| found.notes).map_err(|error| one_line(&error))
}

/// [`note_landmark_files`] where points come from files; which clips cannot be used, the training or evaluation itself says.
pub(crate) fn note_points(index: &mut DatasetIndex, points: &LandmarkSource) {
    if *points == LandmarkSource::Files {
        note_landmark_files(index);
    }
}

/// Adds to a dataset's warnings what was chosen of several faces in its landmark files, and where points are missing; and gives the
/// clips whose files cannot be used, with the reason.
pub(crate) fn note_landmark_files(index: &mut DatasetIndex) -> Vec<(String, String)> {
    let notes: Vec<_> = index.clips.par_iter().map(|clip| (clip.id(), notes_of(clip))).collect();
    let mut unusable = Vec::new();
    for (id, notes) in notes {
        match notes {
            Ok(notes) => index.warnings.extend(notes.into_iter().map(|note| format!("{id}: {note}"))),
            Err(reason) => unusable.push((id, reason)),
        }
    }
    unusable
}
