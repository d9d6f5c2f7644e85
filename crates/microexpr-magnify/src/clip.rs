//! Whole clips: reduce every frame, filter all pixels in time, amplify every frame.

use microexpr_core::Clip;
use ndarray::{Array2, Array3, ArrayView3, ArrayViewMut2};

use crate::ideal::IdealBand;
use crate::low_pass_difference::Band;
use crate::parallel::{for_each_column_block, for_each_frame};
use crate::plan::Plan;
use crate::sample::sealed::Kernel as _;
use crate::spatial::Spatial;
use crate::zero_phase::{onset_low_pass, zero_phase_band};
use crate::{ClipFilter, FrameLayout, MagnifyError, MagnifyParams, RieszMagnifier, RieszParams, Sample};

/// Magnifies a clip; the result is clamped to `0..=1`. With the default filter frame 0 stays as it is.
///
/// # Errors
///
/// [`MagnifyError`] for settings that cannot work on this clip, [`MagnifyError::PixelRange`] for a clip of other values than
/// grey in `0..=1`.
pub fn magnify_clip(clip: &Clip, params: &MagnifyParams) -> Result<Clip, MagnifyError> {
    let mut frames = clip.frames().to_owned();
    let layout = FrameLayout::grey(clip.height(), clip.width());
    magnify_frames(values_mut(&mut frames), layout, clip.fps(), params)?;
    Ok(Clip::new(frames, clip.fps())?)
}

/// Magnifies a clip by moving local phase, by [`RieszMagnifier`]; frame 0 stays as it is.
///
/// # Errors
///
/// [`MagnifyError`] for settings that cannot work on this clip, [`MagnifyError::PixelRange`] for a clip of other values than
/// grey in `0..=1`.
pub fn magnify_clip_phase(clip: &Clip, params: &RieszParams) -> Result<Clip, MagnifyError> {
    let layout = FrameLayout::grey(clip.height(), clip.width());
    let mut magnifier = RieszMagnifier::new(layout, clip.fps(), params)?;
    let mut frames = clip.frames().to_owned();
    for frame in values_mut(&mut frames).chunks_exact_mut(layout.len()) {
        magnifier.magnify(frame)?;
    }
    Ok(Clip::new(frames, clip.fps())?)
}

/// Magnifies a clip once per α, in place of [`MagnifyParams::alpha`]: the same results as [`magnify_clip`], from one
/// temporal filtering where the gain rule allows it (always, unless Wu's rule amplifies other levels for another α).
///
/// # Errors
///
/// [`MagnifyError`] for settings that cannot work on this clip, [`MagnifyError::PixelRange`] for a clip of other values than
/// grey in `0..=1`.
pub fn magnify_clip_alphas(
    clip: &Clip,
    params: &MagnifyParams,
    alphas: &[f64],
) -> Result<Vec<Clip>, MagnifyError> {
    let layout = FrameLayout::grey(clip.height(), clip.width());
    params.temporal.check(clip.len(), clip.fps())?;
    f32::check(values(&clip.frames()))?;
    let mut filtered: Option<(Plan, Array2<f32>)> = None;
    let mut clips = Vec::with_capacity(alphas.len());
    for alpha in alphas {
        let mut frames = clip.frames().to_owned();
        if let Some(plan) = Plan::new(layout, &params.gain, *alpha, params.chroma)? {
            if !filtered.as_ref().is_some_and(|(p, _)| p.shares_band(&plan)) {
                filtered = Some((
                    plan.clone(),
                    filtered_band(values(&clip.frames()), layout, clip.fps(), &plan, params.temporal),
                ));
            }
            if let Some((_, band)) = &filtered {
                amplify(values_mut(&mut frames), layout, &plan, band);
            }
        }
        clips.push(Clip::new(frames, clip.fps())?);
    }
    Ok(clips)
}

/// Magnifies consecutive frames of one layout in place, clamped to the pixel type's range.
///
/// # Errors
///
/// [`MagnifyError::FrameLength`] if `frames` does not hold whole frames, [`MagnifyError::NotFinite`],
/// [`MagnifyError::PixelRange`], and all errors of settings that cannot work on such frames.
pub fn magnify_frames<P: Sample>(
    frames: &mut [P],
    layout: FrameLayout,
    fps: f64,
    params: &MagnifyParams,
) -> Result<(), MagnifyError> {
    let plan = Plan::new(layout, &params.gain, params.alpha, params.chroma)?;
    if frames.is_empty() || !frames.len().is_multiple_of(layout.len()) {
        return Err(MagnifyError::FrameLength { expected: layout.len(), found: frames.len() });
    }
    params.temporal.check(frames.len() / layout.len(), fps)?;
    P::check(frames)?;
    if let Some(plan) = plan {
        let band = filtered_band(frames, layout, fps, &plan, params.temporal);
        amplify(frames, layout, &plan, &band);
    }
    Ok(())
}

fn values<'a>(frames: &'a ArrayView3<'_, f32>) -> &'a [f32] {
    frames.as_slice().expect("a clip's frames are contiguous")
}

fn values_mut(frames: &mut Array3<f32>) -> &mut [f32] {
    frames.as_slice_mut().expect("a copy of contiguous frames is contiguous")
}

/// Frames reduced to their finest amplified level and filtered in time: `[frame, pixel]`.
fn filtered_band<P: Sample>(
    frames: &[P],
    layout: FrameLayout,
    fps: f64,
    plan: &Plan,
    filter: ClipFilter,
) -> Array2<f32> {
    let mut band = Array2::zeros((frames.len() / layout.len(), plan.band_len()));
    let rows = band.as_slice_mut().expect("a new array is contiguous").chunks_exact_mut(plan.band_len());
    let pairs: Vec<_> = frames.chunks_exact(layout.len()).zip(rows).collect();
    for_each_frame(
        pairs,
        || Spatial::new(plan.clone(), 1),
        |spatial, (frame, row)| {
            spatial.reduce(frame);
            row.copy_from_slice(spatial.band_mut());
        },
    );
    filter_in_time(&mut band, filter, fps);
    band
}

fn amplify<P: Sample>(frames: &mut [P], layout: FrameLayout, plan: &Plan, band: &Array2<f32>) {
    let rows = band.as_slice().expect("the band is contiguous").chunks_exact(plan.band_len());
    let pairs: Vec<_> = frames.chunks_exact_mut(layout.len()).zip(rows).collect();
    for_each_frame(
        pairs,
        || Spatial::new(plan.clone(), 1),
        |spatial, (frame, row)| {
            spatial.band_mut().copy_from_slice(row);
            spatial.amplify(frame);
        },
    );
}

fn filter_in_time(band: &mut Array2<f32>, filter: ClipFilter, fps: f64) {
    match filter {
        ClipFilter::Stream(filter) => for_each_column_block(band, |mut block: ArrayViewMut2<'_, f32>| {
            let mut state = Band::new(filter, fps, block.ncols());
            for (index, mut row) in block.outer_iter_mut().enumerate() {
                let row = row.as_slice_mut().expect("rows of a block are contiguous");
                if index == 0 {
                    state.start(row);
                    row.fill(0.0);
                } else {
                    state.step(row);
                }
            }
        }),
        ClipFilter::OnsetLowPass { cutoff_hz } => {
            for_each_column_block(band, |block| onset_low_pass(block, cutoff_hz, fps));
        }
        ClipFilter::ZeroPhaseBand { low_hz, high_hz } => {
            for_each_column_block(band, |block| zero_phase_band(block, low_hz, high_hz, fps));
        }
        ClipFilter::Ideal { low_hz, high_hz, extension } => {
            let ideal = IdealBand::new(low_hz, high_hz, extension, band.nrows(), fps);
            for_each_column_block(band, |block| ideal.apply(block));
        }
    }
}
