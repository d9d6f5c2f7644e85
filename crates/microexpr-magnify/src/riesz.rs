use std::marker::PhantomData;

use microexpr_core::{OutOfRange, pyramid::half_size};
use serde::{Deserialize, Serialize};

use crate::blur::Blur;
use crate::color::{ColorPath, add, split};
use crate::frame::ColorModel;
use crate::gain::check_factor;
use crate::pyramid::{down, expand_column, expand_row};
use crate::riesz_level::RieszLevel;
use crate::{FrameLayout, MagnifyError, Sample, StreamFilter, level_count};

/// Settings of phase-based magnification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RieszParams {
    /// Added multiple of the filtered motion: a displacement δ becomes `(1 + α) δ`. −1 removes most of the motion.
    pub alpha: f64,
    /// Which changes in time count as motion.
    pub temporal: StreamFilter,
    /// Standard deviation in pixels of every level of the amplitude-weighted blur of the phase differences; 0: none.
    pub smoothing_px: f64,
}

impl Default for RieszParams {
    /// α = 10, where the linear method ends.
    fn default() -> Self {
        Self { alpha: 10.0, temporal: StreamFilter::default(), smoothing_px: 3.0 }
    }
}

/// Magnifies a video of pixels `P` (`u8` or `f32`) frame by frame by moving local phase instead of adding differences: no overshoot at large α, and noise
/// is moved, not amplified. The luma of all levels but the residual is moved; colour differences stay in place.
///
/// Below α ≈ 10 on clean video [`Magnifier`](crate::Magnifier) is the more accurate, and far faster.
///
/// Source: N. Wadhwa, M. Rubinstein, F. Durand, W. Freeman, "Riesz Pyramids for Fast Phase-Based Video Magnification",
/// ICCP 2014. Differs: on the bands of the Laplacian pyramid; phase by the arc tangent, which stays accurate for small motion; the
/// quaternions are blurred before their phase is taken, which keeps noise from wrapping it; the pair of filters is
/// scaled, per level and frame, to the band's energy.
///
/// # Example
///
/// ```
/// use microexpr_magnify::{FrameLayout, RieszMagnifier, RieszParams};
///
/// let mut magnifier = RieszMagnifier::new(FrameLayout::grey(60, 80), 30.0, &RieszParams::default())?;
/// let frame: Vec<u8> = (0..60 * 80).map(|i| (i % 251) as u8).collect();
/// for _ in 0..3 {
///     let mut magnified = frame.clone();
///     magnifier.magnify(&mut magnified)?;
///     assert_eq!(magnified, frame); // nothing moves
/// }
/// # Ok::<(), microexpr_magnify::MagnifyError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RieszMagnifier<P> {
    layout: FrameLayout,
    alpha: f32,
    color: ColorPath,
    /// Gaussian planes, finest first; one more than `levels`.
    gaussian: Vec<Vec<f32>>,
    sizes: Vec<(usize, usize)>,
    levels: Vec<RieszLevel>,
    blur: Blur,
    line: Vec<f32>,
    wide: [Vec<f32>; 3],
    frames: u64,
    pixel: PhantomData<P>,
}

impl<P: Sample> RieszMagnifier<P> {
    /// Prepares for frames of one layout at `fps` frames per second. Frames with a side under 5 pixels pass unchanged.
    ///
    /// # Errors
    ///
    /// [`MagnifyError`] for settings that cannot work on such frames at this rate.
    pub fn new(layout: FrameLayout, fps: f64, params: &RieszParams) -> Result<Self, MagnifyError> {
        layout.check()?;
        params.temporal.check(fps)?;
        check_factor("alpha", params.alpha)?;
        let sigma = params.smoothing_px;
        OutOfRange::unless_within(0.0..=100.0, "smoothing_px", "between 0 and 100", sigma)?;
        let mut sizes = vec![(layout.height, layout.width)];
        for _ in 1..level_count(layout.height, layout.width) {
            sizes.push(half_size(sizes[sizes.len() - 1]));
        }
        let bands = &sizes[..sizes.len() - 1];
        Ok(Self {
            layout,
            alpha: params.alpha as f32,
            color: match layout.color {
                ColorModel::Grey => ColorPath::Grey,
                ColorModel::Rgb => ColorPath::Luma,
            },
            gaussian: sizes.iter().map(|(h, w)| vec![0.0; h * w]).collect(),
            levels: bands.iter().map(|size| RieszLevel::new(*size, params.temporal, fps)).collect(),
            blur: Blur::new(sigma, sizes[0]),
            line: vec![0.0; layout.width * layout.color.channels()],
            wide: std::array::from_fn(|_| vec![0.0; layout.width]),
            sizes,
            frames: 0,
            pixel: PhantomData,
        })
    }

    /// Replaces the next frame by its magnified version, clamped to the pixel type's range. The first frame is the
    /// reference and stays unchanged.
    ///
    /// # Errors
    ///
    /// [`MagnifyError::FrameLength`], [`MagnifyError::NotFinite`] or [`MagnifyError::PixelRange`]; the frame is then skipped.
    pub fn magnify(&mut self, frame: &mut [P]) -> Result<(), MagnifyError> {
        self.layout.check_frame(frame)?;
        self.analyse(frame);
        if self.frames == 0 {
            self.levels.iter_mut().for_each(RieszLevel::start);
        } else {
            self.levels.iter_mut().for_each(|level| level.step(self.alpha, &mut self.blur));
            self.synthesise(frame);
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

    /// Fills the Laplacian bands of all levels.
    fn analyse(&mut self, frame: &[P]) {
        let (width, stride) = (self.layout.width, self.layout.width * self.layout.color.channels());
        for (row, out) in frame.chunks_exact(stride).zip(self.gaussian[0].chunks_exact_mut(width)) {
            P::load(row, &mut self.line);
            out.copy_from_slice(split(self.color, &self.line, &mut self.wide)[0]);
        }
        for (index, level) in self.levels.iter_mut().enumerate() {
            let (size, half) = (self.sizes[index], self.sizes[index + 1]);
            let (fine, coarse) = self.gaussian.split_at_mut(index + 1);
            down(&fine[index], size, &mut coarse[0], &mut self.line);
            let rows = level.band_mut().chunks_exact_mut(size.1).zip(fine[index].chunks_exact(size.1));
            for (row, (out, source)) in rows.enumerate() {
                expand_column(&coarse[0], half, row, &mut self.line[..half.1]);
                expand_row(&self.line[..half.1], out);
                out.iter_mut().zip(source).for_each(|(o, s)| *o = s - *o);
            }
        }
    }

    /// Adds the changes of all bands to the frame, using the Gaussian planes as working space.
    fn synthesise(&mut self, frame: &mut [P]) {
        for (index, level) in self.levels.iter().enumerate().rev() {
            let (size, half) = (self.sizes[index], self.sizes[index + 1]);
            let (fine, coarse) = self.gaussian.split_at_mut(index + 1);
            if index + 1 == self.levels.len() {
                coarse[0].fill(0.0);
            }
            let rows = fine[index].chunks_exact_mut(size.1).zip(level.band().chunks_exact(size.1));
            for (row, (out, change)) in rows.enumerate() {
                expand_column(&coarse[0], half, row, &mut self.line[..half.1]);
                expand_row(&self.line[..half.1], out);
                out.iter_mut().zip(change).for_each(|(o, c)| *o += c);
            }
        }
        if self.levels.is_empty() {
            return;
        }
        let (width, stride) = (self.layout.width, self.layout.width * self.layout.color.channels());
        for (row, change) in frame.chunks_exact_mut(stride).zip(self.gaussian[0].chunks_exact(width)) {
            add(self.color, [change, &[], &[]], &mut self.line, row);
        }
    }
}
