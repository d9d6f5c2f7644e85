//! What a look at a few frames says of a dataset.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use microexpr_core::SampleBits;

use crate::video_clip::is_video_file;
use crate::{ClipRecord, DatasetIndex};

impl DatasetIndex {
    /// Takes 16-bit frames for frames of `bits` bits.
    pub fn set_bits(&mut self, bits: SampleBits) {
        self.clips.iter_mut().for_each(|clip| clip.bits = Some(bits));
    }

    /// Warns of 16-bit frames that fill fewer bits, unless their depth is told, and of clips in which nothing moves: the same
    /// file over and over. Of every subject one frame is decoded, and only where it may have 16 bits.
    pub fn look_at_frames(&mut self) {
        let still = self.clips.iter().filter(|clip| is_still(&clip.frames));
        let mut warnings: Vec<String> =
            still.map(|clip| format!("{}: nothing moves: all its frames are the same", clip.id())).collect();
        let mut seen = BTreeSet::new();
        let mut shallow: BTreeMap<(String, SampleBits), Vec<&Path>> = BTreeMap::new();
        for clip in self.clips.iter().filter(|clip| clip.bits.is_none()) {
            if seen.insert(clip.subject_id())
                && let Some(bits) = suspected_bits(clip)
            {
                shallow.entry((clip.dataset.to_string(), bits)).or_default().push(&clip.frames[0]);
            }
        }
        warnings.extend(shallow.into_iter().map(|((dataset, bits), frames)| {
            format!(
                "{dataset}: the 16-bit frames of {} subjects fill {} bits at most, as {}: if that is the camera's depth, tell it, \
                 and they are brought to the full range",
                frames.len(),
                bits.bits(),
                frames[0].display()
            )
        }));
        self.warnings.extend(warnings);
    }
}

fn suspected_bits(clip: &ClipRecord) -> Option<SampleBits> {
    let extension = clip.frames[0].extension()?.to_ascii_lowercase();
    if is_video_file(&clip.frames[0]) {
        return None;
    }
    let may_be_deep = !["jpg", "jpeg", "bmp"].iter().any(|shallow| extension == *shallow);
    may_be_deep.then(|| SampleBits::suspected(&clip.sequence().ok()?.image(0).ok()?))?
}

/// Whether several files hold the same bytes.
fn is_still(frames: &[PathBuf]) -> bool {
    let [first, others @ ..] = frames else { return false };
    let size = |path: &PathBuf| std::fs::metadata(path).map(|file| file.len()).ok();
    let known = size(first);
    if others.is_empty() || known.is_none() || others.iter().any(|path| size(path) != known) {
        return false;
    }
    std::fs::read(first)
        .is_ok_and(|bytes| others.iter().all(|path| std::fs::read(path).is_ok_and(|b| b == bytes)))
}
