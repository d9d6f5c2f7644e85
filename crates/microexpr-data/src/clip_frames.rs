//! The frames of a clip folder in playing order.

use std::path::{Path, PathBuf};

use microexpr_core::ImageSequence;

use crate::folder_search::name_of;
use crate::frame_number;

/// The image files of a folder by the last number in their names, or the reason why they are no clip. Files
/// without a number leave the natural order of the names.
pub(crate) fn clip_frames(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut frames = ImageSequence::open(folder).map_err(|error| error.to_string())?.paths().to_vec();
    let numbers: Option<Vec<u64>> = frames.iter().map(|path| frame_number(path)).collect();
    if numbers.is_none() {
        return Ok(frames);
    }
    frames.sort_by_key(|path| frame_number(path));
    match frames.windows(2).find(|pair| frame_number(&pair[0]) == frame_number(&pair[1])) {
        Some(pair) => Err(format!(
            "{} and {} in {} are the same frame twice: keep one kind of files in the folder",
            name_of(&pair[0]),
            name_of(&pair[1]),
            folder.display()
        )),
        None => Ok(frames),
    }
}
