//! One level of the Riesz pyramid: local phase in time, and the band moved by more of it.

use crate::blur::Blur;
use crate::low_pass_difference::Band;
use crate::simd::{Task, dispatch};
use crate::temporal_filter::StreamFilter;
use crate::trigonometry::{angle_of, sin_cos};

/// A Laplacian band with its approximate Riesz transform: cosine, and sine along x and along y, of the local phase.
#[derive(Debug, Clone)]
struct Monogenic {
    band: Vec<f32>,
    along_x: Vec<f32>,
    along_y: Vec<f32>,
}

impl Monogenic {
    fn new(pixels: usize) -> Self {
        Self { band: vec![0.0; pixels], along_x: vec![0.0; pixels], along_y: vec![0.0; pixels] }
    }

    /// The pair of 3-tap filters `(−1, 0, 1)`, scaled to the band's energy; at mirrored borders they give 0.
    #[inline(always)]
    fn transform(&mut self, (height, width): (usize, usize)) {
        for row in 0..height {
            let line = &self.band[row * width..(row + 1) * width];
            let along_x = &mut self.along_x[row * width..(row + 1) * width];
            for (out, window) in along_x.iter_mut().skip(1).zip(line.windows(3)) {
                *out = 0.5 * (window[2] - window[0]);
            }
            if 0 < row && row + 1 < height {
                let (above, below) = (&self.band[(row - 1) * width..], &self.band[(row + 1) * width..]);
                let along_y = &mut self.along_y[row * width..(row + 1) * width];
                for ((out, a), b) in along_y.iter_mut().zip(above).zip(below) {
                    *out = 0.5 * (b - a);
                }
            }
        }
        self.equalize();
    }

    /// A true Riesz transform keeps the energy of the band; 3 taps pass low frequencies too weakly (`sin ω`).
    #[inline(always)]
    fn equalize(&mut self) {
        let riesz = energy(&self.along_x) + energy(&self.along_y);
        if riesz > 0.0 {
            let gain = (energy(&self.band) / riesz).sqrt().clamp(1.0, 4.0) as f32;
            self.along_x.iter_mut().chain(&mut self.along_y).for_each(|v| *v *= gain);
        }
    }

    /// The three planes, cut to one length.
    #[inline(always)]
    fn planes(&self) -> [&[f32]; 3] {
        let pixels = self.band.len();
        [&self.band[..pixels], &self.along_x[..pixels], &self.along_y[..pixels]]
    }
}

/// Sum of squares.
#[inline(always)]
fn energy(plane: &[f32]) -> f64 {
    let (blocks, rest) = plane.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for block in blocks {
        sums.iter_mut().zip(block).for_each(|(sum, v)| *sum += f64::from(v * v));
    }
    sums.iter().sum::<f64>() + rest.iter().map(|v| f64::from(v * v)).sum::<f64>()
}

/// What one level remembers between frames.
#[derive(Debug, Clone)]
pub(crate) struct RieszLevel {
    size: (usize, usize),
    current: Monogenic,
    previous: Monogenic,
    /// Phase since frame 0 times its direction: the x plane, then the y plane.
    phase: Vec<f32>,
    temporal: Band,
    /// [`Self::phase`] after the temporal filter; before that, the sine part of the phase difference.
    motion: Vec<f32>,
    /// The cosine part of the phase difference.
    real: Vec<f32>,
}

impl RieszLevel {
    pub(crate) fn new(size: (usize, usize), filter: StreamFilter, fps: f64) -> Self {
        let pixels = size.0 * size.1;
        Self {
            size,
            current: Monogenic::new(pixels),
            previous: Monogenic::new(pixels),
            phase: vec![0.0; 2 * pixels],
            temporal: Band::new(filter, fps, 2 * pixels),
            motion: vec![0.0; 2 * pixels],
            real: vec![0.0; pixels],
        }
    }

    /// The Laplacian band, to be filled in before [`RieszLevel::start`] or [`RieszLevel::step`]; after the latter it holds
    /// the change of the band.
    pub(crate) fn band_mut(&mut self) -> &mut [f32] {
        &mut self.current.band
    }

    pub(crate) fn band(&self) -> &[f32] {
        &self.current.band
    }

    /// Takes the band as frame 0.
    pub(crate) fn start(&mut self) {
        self.current.transform(self.size);
        std::mem::swap(&mut self.current, &mut self.previous);
        self.phase.fill(0.0);
        self.temporal.start(&self.phase);
    }

    /// Replaces the band by its change when all motion inside the temporal band grows by `alpha` times itself.
    pub(crate) fn step(&mut self, alpha: f32, blur: &mut Blur) {
        dispatch(Step { level: self, alpha, blur });
    }

    /// Adds the phase difference of the two frames: the logarithm of the quaternion `current · conj(previous)`, which is
    /// blurred first. Its length is the squared amplitude: where there is no pattern, the neighbours' motion counts.
    #[inline(always)]
    fn follow_phase(&mut self, blur: &mut Blur) {
        let pixels = self.size.0 * self.size.1;
        let (along_x, along_y) = self.motion.split_at_mut(pixels);
        let real = &mut self.real[..pixels];
        let ([c, cx, cy], [p, px, py]) = (self.current.planes(), self.previous.planes());
        for i in 0..pixels {
            real[i] = c[i] * p[i] + cx[i] * px[i] + cy[i] * py[i];
            along_x[i] = p[i] * cx[i] - c[i] * px[i];
            along_y[i] = p[i] * cy[i] - c[i] * py[i];
        }
        for plane in [&mut *along_x, &mut *along_y, &mut *real] {
            blur.apply(plane, self.size);
        }
        let (phase_x, phase_y) = self.phase.split_at_mut(pixels);
        for i in 0..pixels {
            let (x, y) = (along_x[i], along_y[i]);
            let sine = (x * x + y * y).sqrt();
            let scale = if sine > 0.0 { angle_of(sine, real[i]) / sine } else { 0.0 };
            phase_x[i] += scale * x;
            phase_y[i] += scale * y;
        }
    }

    /// `band · (cos αφ − 1) − riesz · sin αφ` along the direction of the motion; the frame itself is in `previous` now.
    #[inline(always)]
    fn shift(&mut self, alpha: f32) {
        let pixels = self.size.0 * self.size.1;
        let (motion_x, motion_y) = self.motion.split_at(pixels);
        let [band, along_x, along_y] = self.previous.planes();
        let out = &mut self.current.band[..pixels];
        for i in 0..pixels {
            let (x, y) = (motion_x[i], motion_y[i]);
            let phase = (x * x + y * y).sqrt();
            let (sin, cos) = sin_cos(alpha.abs() * phase);
            let scale = if phase > 0.0 { alpha.signum() * sin / phase } else { 0.0 };
            out[i] = band[i] * (cos - 1.0) - scale * (along_x[i] * x + along_y[i] * y);
        }
    }
}

struct Step<'a> {
    level: &'a mut RieszLevel,
    alpha: f32,
    blur: &'a mut Blur,
}

impl Task for Step<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { level, alpha, blur } = self;
        level.current.transform(level.size);
        level.follow_phase(blur);
        level.motion.copy_from_slice(&level.phase);
        level.temporal.step(&mut level.motion);
        std::mem::swap(&mut level.current, &mut level.previous);
        level.shift(alpha);
    }
}
