use microexpr_core::{CoreError, ImageSequence};
use microexpr_data::ClipRecord;
use microexpr_video::{MOST_CLIP_BYTES, decode_videos};

/// The frames of a clip, whether they lie in files of their own or in a video.
pub(crate) fn recorded_frames(clip: &ClipRecord) -> Result<ImageSequence, CoreError> {
    Ok(decode_videos(&clip.sequence()?, MOST_CLIP_BYTES)?)
}
