use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use microexpr_core::ImageSequence;
use microexpr_evaluation::FoldResult;
use microexpr_flow::Selection;
use serde::{Deserialize, Serialize};

use crate::ClassifierError;
use crate::base64::base64;
use crate::prepare::LabelledClip;
use crate::recorded_frames::recorded_frames;

/// Clips of which key frames are kept, so that the report stays small.
pub(crate) const MOST_CLIPS: usize = 12;
/// Longest side of a key frame in pixels.
const SIDE_PX: u32 = 224;
const JPEG_QUALITY: u8 = 80;

/// Pictures of a clip that was answered wrongly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyFrames {
    /// `dataset/subject/clip`.
    pub clip: String,
    /// Highest probability that any seed gave to a wrong class.
    pub wrong_probability: f64,
    /// Intensities, thresholds and kept frames.
    pub selection: Selection,
    /// First frame, kept frame with the strongest motion, last frame.
    pub frames: Vec<KeyFrame>,
}

/// One frame of a clip, reduced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyFrame {
    /// Number of the frame in the clip, from 0.
    pub frame: usize,
    /// The picture: grey JPEG in base64.
    pub jpeg: String,
}

/// Key frames of the clips that were answered wrongly with the highest probability. A clip whose frames have gone since
/// they were prepared is passed over.
pub(crate) fn of_wrong_answers(clips: &[LabelledClip<'_>], folds: &[FoldResult]) -> Vec<KeyFrames> {
    let wrong = folds.iter().flat_map(|f| &f.predictions).filter(|p| !p.is_correct());
    let wrong = wrong.map(|p| (p.clip.clone(), p.probability()));
    let of = |(id, wrong_probability): (String, f64)| {
        let clip = clips.iter().find(|c| c.record.id() == id)?;
        let selection = clip.selection()?.clone();
        let frames = pictures(&recorded_frames(clip.record).ok()?, &selection).ok()?;
        Some(KeyFrames { clip: id, wrong_probability, selection, frames })
    };
    most_wrong(wrong.collect(), |(clip, p)| (clip, *p)).into_iter().filter_map(of).collect()
}

/// Those of all shares together: the same as of a single run.
pub(crate) fn joined(shares: impl IntoIterator<Item = KeyFrames>) -> Vec<KeyFrames> {
    most_wrong(shares.into_iter().collect(), |k| (&k.clip, k.wrong_probability))
}

/// The [`MOST_CLIPS`] items of highest probability, one per clip; of equal ones the first by name.
fn most_wrong<T>(mut items: Vec<T>, key: impl Fn(&T) -> (&String, f64)) -> Vec<T> {
    items.sort_by(|a, b| {
        let ((clip_a, a), (clip_b, b)) = (key(a), key(b));
        b.total_cmp(&a).then_with(|| clip_a.cmp(clip_b))
    });
    let mut seen = std::collections::HashSet::new();
    items.retain(|item| seen.insert(key(item).0.clone()));
    items.truncate(MOST_CLIPS);
    items
}

fn pictures(frames: &ImageSequence, selection: &Selection) -> Result<Vec<KeyFrame>, ClassifierError> {
    let intensity = |frame: &usize| selection.intensity.get(*frame).copied().unwrap_or_default();
    let inner = selection.kept.iter().copied().filter(|f| *f > 0 && f + 1 < frames.len());
    let strongest = inner.max_by(|a, b| intensity(a).total_cmp(&intensity(b)));
    let mut numbers: Vec<usize> =
        [Some(0), strongest, Some(frames.len() - 1)].into_iter().flatten().collect();
    numbers.dedup();
    numbers.into_iter().map(|frame| Ok(KeyFrame { frame, jpeg: thumbnail(frames, frame)? })).collect()
}

fn thumbnail(frames: &ImageSequence, frame: usize) -> Result<String, ClassifierError> {
    let image = frames.image(frame)?;
    let longest = image.width().max(image.height());
    let small = if longest > SIDE_PX { image.thumbnail(SIDE_PX, SIDE_PX) } else { image };
    let mut jpeg = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY).encode_image(&small.to_luma8()).map_err(|e| {
        ClassifierError::Picture { path: frames.paths()[frame].clone(), reason: e.to_string() }
    })?;
    Ok(base64(jpeg.get_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_give_the_clips_of_a_single_run() {
        let answers: Vec<(String, f64)> =
            (0..60).map(|i| (format!("clip{}", i % 30), f64::from((7 * i) % 31) / 31.0)).collect();
        let key = |a: &(String, f64)| (a.0.clone(), a.1);
        let whole = most_wrong(answers.clone(), |(clip, p)| (clip, *p));
        assert_eq!(whole.len(), MOST_CLIPS);
        assert!(whole.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        let share = |n: usize| {
            let own = answers.iter().enumerate().filter(|(i, _)| i % 4 == n).map(|(_, a)| key(a));
            most_wrong(own.collect(), |(clip, p)| (clip, *p))
        };
        let shares: Vec<_> = (0..4).flat_map(share).collect();
        assert_eq!(most_wrong(shares, |(clip, p)| (clip, *p)), whole);
    }
}
