//! Blinks: frames in which nothing around the eyes is believed.

use crate::motion_track::MotionTrack;
use crate::{FacePart, FaceRegion};

/// A lid is down for about this time.
const LID_DOWN_S: f64 = 0.14;
/// Both upper lids lower than before and after by this, in inter-ocular distances: a blink.
const LID_DROP: f64 = 0.0077;
/// Lids still move this long before and after.
const MARGIN_S: f64 = 0.12;

/// Whether every frame belongs to a blink.
pub(crate) fn blinks(track: &MotionTrack, regions: &[FaceRegion], fps: f64) -> Vec<bool> {
    let frames = |seconds: f64| (seconds * fps) as usize;
    let departures = track.departures(&track.averaged(1), frames(LID_DOWN_S).max(1));
    let lids: Vec<usize> = (0..regions.len()).filter(|i| regions[*i].part == FacePart::UpperLids).collect();
    let mut hidden = vec![false; track.frames];
    if lids.is_empty() {
        return hidden;
    }
    let margin = frames(MARGIN_S);
    for frame in 0..track.frames {
        if lids.iter().all(|lid| departures.at(frame, *lid)[1] > LID_DROP) {
            let last = (frame + margin).min(track.frames - 1);
            hidden[frame.saturating_sub(margin)..=last].fill(true);
        }
    }
    hidden
}

/// Whether a frame lies within `reach` frames of a hidden one.
pub(crate) fn is_near(hidden: &[bool], frame: usize, reach: usize) -> bool {
    let last = (frame + reach).min(hidden.len() - 1);
    hidden[frame.saturating_sub(reach)..=last].contains(&true)
}

/// [`is_near`] for every frame.
pub(crate) fn near(hidden: &[bool], reach: usize) -> Vec<bool> {
    let mut counts = vec![0_usize; hidden.len() + 1];
    for (frame, is_hidden) in hidden.iter().enumerate() {
        counts[frame + 1] = counts[frame] + usize::from(*is_hidden);
    }
    let any = |frame: usize| {
        let last = (frame + reach + 1).min(hidden.len());
        counts[last] > counts[frame.saturating_sub(reach)]
    };
    (0..hidden.len()).map(any).collect()
}
