use crate::low_pass::Band;
use crate::spatial::{Plan, Spatial};
use crate::{FrameLayout, MagnifyError, Sample, StreamParams};

/// Magnifies a video frame by frame in constant memory: two planes of a quarter of the frame's size (four for a
/// second-order filter) and one of working space per amplified colour plane. No allocation after construction.
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
pub struct Magnifier {
    layout: FrameLayout,
    /// `None` if no level of such frames is amplified.
    work: Option<(Spatial, Band)>,
    frames: u64,
}

impl Magnifier {
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
        let work = plan.map(|plan| {
            let band = Band::new(params.temporal, fps, plan.band_len());
            (Spatial::new(plan), band)
        });
        Ok(Self { layout, work, frames: 0 })
    }

    /// Replaces the next frame by its magnified version, clamped to the pixel type's range. The first frame is the
    /// reference and stays unchanged.
    ///
    /// # Errors
    ///
    /// [`MagnifyError::FrameLength`] or [`MagnifyError::NotFinite`]; the frame is then skipped.
    pub fn magnify<P: Sample>(&mut self, frame: &mut [P]) -> Result<(), MagnifyError> {
        self.layout.check_frame(frame)?;
        if let Some((spatial, band)) = &mut self.work {
            spatial.reduce(frame);
            if self.frames == 0 {
                band.start(spatial.band_mut());
            } else {
                band.step(spatial.band_mut());
                spatial.amplify(frame);
            }
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
