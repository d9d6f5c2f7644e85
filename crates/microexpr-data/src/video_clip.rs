//! Clips that lie in a video: its path with the number of a frame, `clip.avi/12`, names the frame, the path alone all of them.
//! Nothing is decoded here.

use std::path::{Path, PathBuf};

/// What recordings of the field come as, read directly or not.
const EXTENSIONS: [&str; 12] =
    ["avi", "mp4", "mov", "m4v", "y4m", "mkv", "webm", "wmv", "mpg", "mpeg", "flv", "mts"];
/// More frames than any clip has; a number mistyped must not fill the memory with names.
const MOST_FRAMES: u64 = 1_000_000;

/// Whether a file is a video by its name.
pub(crate) fn is_video_file(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str())) && path.is_file()
}

/// The frames from onset to offset, counted from 1 as in files that ffmpeg extracts; without either, the video itself.
pub(crate) fn frames_of_video(
    video: &Path,
    onset: Option<u64>,
    offset: Option<u64>,
) -> Result<Vec<PathBuf>, String> {
    match (onset, offset) {
        (None, None) => Ok(vec![video.to_owned()]),
        (Some(0), Some(_)) => Err("onset is 0, but the first frame of a video is 1".to_owned()),
        (Some(onset), Some(offset)) if offset - onset < MOST_FRAMES => {
            Ok((onset..=offset).map(|number| video.join(number.to_string())).collect())
        }
        (Some(_), Some(_)) => Err(format!("a clip of more than {MOST_FRAMES} frames")),
        _ => Err("a clip in a video needs both onset and offset, or neither".to_owned()),
    }
}
