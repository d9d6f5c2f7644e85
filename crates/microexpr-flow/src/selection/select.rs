use std::ops::Range;

use microexpr_core::{Clip, FlowField};

use super::intensity::{intensities, measure};
use super::{KeepRule, Selection, SelectionParams};
use crate::dense_flow::check_finite;
use crate::flow_pairs::{consecutive, map_pairs};
use crate::{FlowAlgorithm, FlowError};

/// Selects the frames that move more than their segment does on average, and the first and the last one.
///
/// `flows` are those between consecutive frames: one fewer than frames; none for a clip of one frame. A last segment of one
/// frame joins the segment before it.
///
/// Source: 2S-AMAGN, §3.1 (segments of 8 frames, threshold at their mean).
///
/// # Errors
///
/// [`FlowError::FrameSize`] if the fields differ in size, [`FlowError::FlowNotFinite`] for NaN or infinite displacements,
/// [`FlowError::Setting`] for a segment below 2 frames, a stride outside `1..=segment` or fewer than 2 frames to keep.
///
/// # Example
///
/// ```
/// use microexpr_core::FlowField;
/// use microexpr_flow::{SelectionParams, select_frames};
/// use ndarray::Array2;
///
/// let moving = |px: f32| FlowField::new(Array2::from_elem((4, 4), px), Array2::zeros((4, 4)));
/// let flows = [moving(0.0)?, moving(0.1)?, moving(1.0)?, moving(0.1)?, moving(0.0)?];
/// let selection = select_frames(&flows, &SelectionParams::default())?;
/// assert_eq!(selection.kept, [0, 2, 5]);
/// # Ok::<(), microexpr_flow::FlowError>(())
/// ```
pub fn select_frames(flows: &[FlowField], params: &SelectionParams) -> Result<Selection, FlowError> {
    params.check()?;
    for (index, flow) in flows.iter().enumerate() {
        if flow.dim() != flows[0].dim() {
            return Err(FlowError::FrameSize { expected: flows[0].dim(), found: flow.dim() });
        }
        check_finite(flow, index)?;
    }
    Ok(select(flows.iter().map(|flow| measure(flow, params.measure)).collect(), params))
}

/// [`select_frames`] by the flows of a clip's frames to the next ones, without keeping these flows.
///
/// # Errors
///
/// As [`flow_sequence`](crate::flow_sequence), and [`FlowError::Setting`] as [`select_frames`].
pub fn select_frames_of(
    clip: &Clip,
    algorithm: &FlowAlgorithm,
    params: &SelectionParams,
) -> Result<Selection, FlowError> {
    params.check()?;
    let sums = map_pairs(clip, &consecutive(clip), algorithm, |(from, _), flow| {
        check_finite(&flow, from)?;
        Ok(measure(&flow, params.measure))
    })?;
    Ok(select(sums, params))
}

/// Selects by the intensities of the flows.
fn select(sums: Vec<f64>, params: &SelectionParams) -> Selection {
    let intensity = intensities(sums, params);
    let frames = intensity.len();
    let mut threshold = vec![f64::INFINITY; frames];
    for segment in segments(frames, params) {
        let mean = intensity[segment.clone()].iter().sum::<f64>() / segment.len() as f64;
        threshold[segment].iter_mut().for_each(|t| *t = t.min(mean));
    }
    let moves = |frame: usize| match params.keep {
        KeepRule::Greater => intensity[frame] > threshold[frame],
        KeepRule::GreaterOrEqual => intensity[frame] >= threshold[frame],
        KeepRule::Anything => true,
    };
    let mut kept: Vec<usize> =
        (0..frames).filter(|frame| *frame == 0 || frame + 1 == frames || moves(*frame)).collect();
    if let Some(most) = params.max_kept {
        kept = spread(&kept, most);
    }
    Selection { intensity, threshold, kept }
}

/// At most `most` of the frames, the first and the last among them, evenly spread over their order.
fn spread(frames: &[usize], most: usize) -> Vec<usize> {
    if frames.len() <= most {
        return frames.to_vec();
    }
    let last = frames.len() - 1;
    (0..most).map(|i| frames[(2 * i * last + (most - 1)) / (2 * (most - 1))]).collect()
}

/// Segments that cover all frames; the last one may be shorter, but has two frames if the clip has.
fn segments(frames: usize, params: &SelectionParams) -> Vec<Range<usize>> {
    let mut segments: Vec<Range<usize>> = Vec::new();
    let mut start = 0_usize;
    loop {
        let end = start.saturating_add(params.segment).min(frames);
        match segments.last_mut() {
            Some(previous) if end - start == 1 => previous.end = frames,
            _ => segments.push(start..end),
        }
        if end == frames {
            return segments;
        }
        start += params.stride;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_thinned_evenly_and_keep_their_ends() {
        assert_eq!(spread(&[0, 3, 4, 9, 12, 13, 20], 4), [0, 4, 12, 20]);
        assert_eq!(spread(&[0, 3, 4, 9, 12], 2), [0, 12]);
        assert_eq!(spread(&[0, 3], 5), [0, 3]);
        for most in 2..30 {
            let thinned = spread(&(0..30).collect::<Vec<_>>(), most);
            assert!(thinned.len() == most && thinned.windows(2).all(|w| w[0] < w[1]));
        }
    }

    #[test]
    fn segments_cover_the_clip_and_a_tail_of_one_joins_the_previous() {
        let of = |frames, segment, stride| {
            segments(frames, &SelectionParams { segment, stride, ..Default::default() })
        };
        assert_eq!(of(16, 8, 8), [0..8, 8..16]);
        assert_eq!(of(17, 8, 8), [0..8, 8..17]);
        assert_eq!(of(18, 8, 8), [0..8, 8..16, 16..18]);
        assert_eq!(of(10, 4, 2), [0..4, 2..6, 4..8, 6..10]);
        assert_eq!(of(1, 8, 8).len(), 1);
    }
}
