use std::marker::PhantomData;

use crate::low_pass_difference::Band;
use crate::plan::Plan;
use crate::row_bands::{band_count, enter_pool, for_each_part};
use crate::spatial::Spatial;
use crate::{FrameLayout, MagnifyError, Sample, StreamParams};

/// Magnifies a video of pixels `P` (`u8` or `f32`) frame by frame in constant memory: two planes of a quarter of the frame's
/// size (four for a second-order filter) and one of working space per amplified colour plane. No allocation after
/// construction.
///
/// With the feature `rayon` the current pool's threads share the work on large frames, from about 360×360 pixels of grey on.
/// The result is the same for any number of threads.
///
/// # Example
///
/// ```
/// use microexpr_magnify::{FrameLayout, Magnifier, StreamParams};
///
/// let mut magnifier = Magnifier::new(FrameLayout::rgb(120, 160), 30.0, &StreamParams::default())?;
/// for brightness in [10_u8, 10, 10] {
///     let mut frame = vec![brightness; 120 * 160 * 3];
///     magnifier.magnify(&mut frame)?;
///     assert!(frame.iter().all(|v| *v == brightness)); // nothing moves
/// }
/// # Ok::<(), microexpr_magnify::MagnifyError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Magnifier<P> {
    layout: FrameLayout,
    /// `None` if no level of such frames is amplified.
    work: Option<Work>,
    frames: u64,
    pixel: PhantomData<P>,
}

#[derive(Debug, Clone)]
struct Work {
    spatial: Spatial,
    /// The temporal filters of consecutive parts of the filtered level, `part_len` values each.
    filters: Vec<Band>,
    part_len: usize,
}

impl<P: Sample> Magnifier<P> {
    /// Prepares for frames of one layout at `fps` frames per second.
    ///
    /// Frames too small to have an amplified level (by default a side under 10 pixels) pass unchanged.
    ///
    /// # Errors
    ///
    /// [`MagnifyError`] for settings that cannot work on such frames at this rate.
    pub fn new(layout: FrameLayout, fps: f64, params: &StreamParams) -> Result<Self, MagnifyError> {
        params.temporal.check(fps)?;
        let plan = Plan::new(layout, &params.gain, params.alpha, params.chroma)?;
        let work = plan.map(|plan| Work::new(plan, fps, params));
        Ok(Self { layout, work, frames: 0, pixel: PhantomData })
    }

    /// Replaces the next frame by its magnified version, clamped to the pixel type's range. The first frame is the
    /// reference and stays unchanged.
    ///
    /// # Errors
    ///
    /// [`MagnifyError::FrameLength`], [`MagnifyError::NotFinite`] or [`MagnifyError::PixelRange`]; the frame is then skipped.
    pub fn magnify(&mut self, frame: &mut [P]) -> Result<(), MagnifyError> {
        self.layout.check_frame(frame)?;
        if let Some(work) = &mut self.work {
            let first = self.frames == 0;
            let bands = band_count(frame.len());
            enter_pool(bands, || if first { work.start(frame) } else { work.step(frame) });
        }
        self.frames += 1;
        Ok(())
    }

    /// Forgets all frames: the next one is the first of a new video.
    pub fn reset(&mut self) {
        self.frames = 0;
    }

    /// The layout of the frames.
    #[must_use]
    pub fn layout(&self) -> FrameLayout {
        self.layout
    }
}

impl Work {
    fn new(plan: Plan, fps: f64, params: &StreamParams) -> Self {
        let part_len = plan.band_len().div_ceil(band_count(plan.band_len()));
        let parts = (0..plan.band_len()).step_by(part_len).map(|start| part_len.min(plan.band_len() - start));
        let filters = parts.map(|len| Band::new(params.temporal, fps, len)).collect();
        let bands = band_count(plan.layout.len());
        Self { spatial: Spatial::new(plan, bands), filters, part_len }
    }

    /// Takes the first frame.
    fn start<P: Sample>(&mut self, frame: &[P]) {
        self.spatial.reduce(frame);
        let level = self.spatial.band_mut();
        for_each_part(&mut self.filters, level, self.part_len, |filter, part| filter.start(part));
    }

    fn step<P: Sample>(&mut self, frame: &mut [P]) {
        self.spatial.reduce(frame);
        let level = self.spatial.band_mut();
        for_each_part(&mut self.filters, level, self.part_len, |filter, part| filter.step(part));
        self.spatial.amplify(frame);
    }
}
