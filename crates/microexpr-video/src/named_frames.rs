use std::path::{Path, PathBuf};

use image::DynamicImage;
use microexpr_core::ImageSequence;

use crate::error::Fault;
use crate::{Video, VideoError, is_video};

/// The same frames, those of a video decoded: a sequence of image files is given back as it is.
///
/// The path of a video stands for all of its frames, `clip.avi/00012` for its twelfth; the first one is 1, as in files that ffmpeg
/// extracts.
///
/// # Errors
///
/// Those of [`Video::open`] and of its frames; [`VideoError::NoSuchFrame`]; [`VideoError::TooLong`] if they take more than
/// `most_bytes`.
///
/// # Example
///
/// ```no_run
/// use microexpr_core::ImageSequence;
/// use microexpr_video::{MOST_CLIP_BYTES, decode_videos};
///
/// let onset_to_offset = (31..=52).map(|number| format!("rawvideo/s15/15_0101.avi/{number}").into()).collect();
/// let frames = decode_videos(&ImageSequence::from_paths(onset_to_offset)?, MOST_CLIP_BYTES)?;
/// assert_eq!(frames.len(), 22);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decode_videos(sequence: &ImageSequence, most_bytes: u64) -> Result<ImageSequence, VideoError> {
    let paths = sequence.paths();
    if let [whole] = paths
        && is_video(whole)
    {
        return Video::open(whole)?.into_sequence(most_bytes);
    }
    match paths[0].parent() {
        Some(video) if video.is_file() => named(video, paths, most_bytes),
        _ => Ok(sequence.clone()),
    }
}

/// Frames of one video, in the order of `paths`, which must be ascending.
fn named(video: &Path, paths: &[PathBuf], most_bytes: u64) -> Result<ImageSequence, VideoError> {
    let mut frames = Video::open(video)?;
    let mut given = 0;
    let mut bytes = 0;
    let mut images: Vec<(PathBuf, DynamicImage)> = Vec::with_capacity(paths.len());
    for path in paths {
        let missing = |frames| VideoError::NoSuchFrame { path: path.clone(), frames };
        let number = number(video, path).filter(|number| *number > given).ok_or_else(|| missing(given))?;
        let image = frames.nth(number - given - 1).ok_or_else(|| missing(given))??;
        given = number;
        bytes += image.as_bytes().len() as u64;
        if bytes > most_bytes {
            return Err(VideoError::TooLong { path: video.to_owned(), most_bytes });
        }
        images.push((path.clone(), image));
    }
    ImageSequence::from_images(images).map_err(|_| Fault::damaged("it has no frames").at(video))
}

/// The number of a frame of this video.
fn number(video: &Path, path: &Path) -> Option<usize> {
    let name = path.file_name()?.to_str()?;
    (path.parent() == Some(video)).then(|| name.parse().ok()).flatten()
}
