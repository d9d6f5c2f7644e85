//! Recursive low-passes that start in the steady state of their first frame, for all pixels of a plane at once.
//!
//! The Butterworth filters are state-variable forms of the bilinear transform: the same response as the textbook
//! difference equations, but exact for a constant input and accurate in `f32` at any cut-off.
//! Source: V. Zavalishin, "The Art of VA Filter Design", 2012, sections 3.10 and 4.1.

use std::f64::consts::{PI, SQRT_2};

use crate::simd::{Task, dispatch};
use crate::temporal_filter::{ButterworthOrder, StreamFilter};

/// One low-pass with `STATES` numbers per pixel.
pub(crate) trait LowPass<const STATES: usize>: Copy + Send + Sync {
    /// The state in which `x` has stood for ever.
    fn steady(x: f32) -> [f32; STATES];
    /// Takes the next value and returns the filtered one.
    fn step(self, state: &mut [f32; STATES], x: f32) -> f32;
}

/// First-order Butterworth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FirstOrder {
    gain: f32,
}

impl FirstOrder {
    pub(crate) fn new(cutoff_hz: f64, fps: f64) -> Self {
        let g = (PI * cutoff_hz / fps).tan();
        Self { gain: (g / (1.0 + g)) as f32 }
    }
}

impl LowPass<1> for FirstOrder {
    #[inline(always)]
    fn steady(x: f32) -> [f32; 1] {
        [x]
    }

    #[inline(always)]
    fn step(self, [s]: &mut [f32; 1], x: f32) -> f32 {
        let v = (x - *s) * self.gain;
        let y = *s + v;
        *s = without_denormals(y + v);
        y
    }
}

/// Second-order Butterworth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SecondOrder {
    a1: f32,
    a2: f32,
    a3: f32,
}

impl SecondOrder {
    pub(crate) fn new(cutoff_hz: f64, fps: f64) -> Self {
        let g = (PI * cutoff_hz / fps).tan();
        let a1 = 1.0 / (1.0 + g * (g + SQRT_2));
        Self { a1: a1 as f32, a2: (g * a1) as f32, a3: (g * g * a1) as f32 }
    }
}

impl LowPass<2> for SecondOrder {
    #[inline(always)]
    fn steady(x: f32) -> [f32; 2] {
        [0.0, x]
    }

    #[inline(always)]
    fn step(self, [s1, s2]: &mut [f32; 2], x: f32) -> f32 {
        let v3 = x - *s2;
        let v1 = self.a1 * *s1 + self.a2 * v3;
        let change = self.a2 * *s1 + self.a3 * v3;
        let y = *s2 + change;
        *s1 = without_denormals(2.0 * v1 - *s1);
        *s2 = without_denormals(y + change);
        y
    }
}

/// Exponential average.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exponential {
    rate: f32,
}

impl Exponential {
    pub(crate) fn new(cutoff_hz: f64, fps: f64) -> Self {
        Self { rate: (1.0 - (-2.0 * PI * cutoff_hz / fps).exp()) as f32 }
    }
}

impl LowPass<1> for Exponential {
    #[inline(always)]
    fn steady(x: f32) -> [f32; 1] {
        [x]
    }

    #[inline(always)]
    fn step(self, [s]: &mut [f32; 1], x: f32) -> f32 {
        *s = without_denormals(*s + (x - *s) * self.rate);
        *s
    }
}

/// States that fade to denormal numbers would slow the processor a hundredfold.
#[inline(always)]
fn without_denormals(x: f32) -> f32 {
    if x.abs() > 1e-30 { x } else { 0.0 }
}

/// Difference of two low-passes of the same kind, with its states for a plane of pixels.
#[derive(Debug, Clone)]
pub(crate) struct Difference<L, const STATES: usize> {
    high: L,
    low: L,
    /// Planes of the states of `high`, then of `low`.
    states: [[Vec<f32>; STATES]; 2],
}

impl<L: LowPass<STATES>, const STATES: usize> Difference<L, STATES> {
    fn new(high: L, low: L, pixels: usize) -> Self {
        Self { high, low, states: std::array::from_fn(|_| std::array::from_fn(|_| vec![0.0; pixels])) }
    }

    fn start(&mut self, plane: &[f32]) {
        for states in &mut self.states {
            for (i, x) in plane.iter().enumerate() {
                for (state, value) in states.iter_mut().zip(L::steady(*x)) {
                    state[i] = value;
                }
            }
        }
    }

    #[inline(always)]
    fn step(&mut self, plane: &mut [f32]) {
        let n = plane.len();
        let [high, low] = &mut self.states;
        let mut high = high.each_mut().map(|s| &mut s[..n]);
        let mut low = low.each_mut().map(|s| &mut s[..n]);
        for (i, value) in plane.iter_mut().enumerate() {
            *value = step_at(self.high, &mut high, i, *value) - step_at(self.low, &mut low, i, *value);
        }
    }
}

#[inline(always)]
fn step_at<L: LowPass<STATES>, const STATES: usize>(
    filter: L,
    states: &mut [&mut [f32]; STATES],
    i: usize,
    x: f32,
) -> f32 {
    let mut state = std::array::from_fn(|k| states[k][i]);
    let y = filter.step(&mut state, x);
    for k in 0..STATES {
        states[k][i] = state[k];
    }
    y
}

/// A [`StreamFilter`] at work on a plane of pixels.
#[derive(Debug, Clone)]
pub(crate) enum Band {
    First(Difference<FirstOrder, 1>),
    Second(Difference<SecondOrder, 2>),
    Exponential(Difference<Exponential, 1>),
}

impl Band {
    pub(crate) fn new(filter: StreamFilter, fps: f64, pixels: usize) -> Self {
        match filter {
            StreamFilter::Butterworth { low_hz, high_hz, order: ButterworthOrder::First } => {
                let [high, low] = [high_hz, low_hz].map(|f| FirstOrder::new(f, fps));
                Self::First(Difference::new(high, low, pixels))
            }
            StreamFilter::Butterworth { low_hz, high_hz, order: ButterworthOrder::Second } => {
                let [high, low] = [high_hz, low_hz].map(|f| SecondOrder::new(f, fps));
                Self::Second(Difference::new(high, low, pixels))
            }
            StreamFilter::Exponential { low_hz, high_hz } => {
                let [high, low] = [high_hz, low_hz].map(|f| Exponential::new(f, fps));
                Self::Exponential(Difference::new(high, low, pixels))
            }
        }
    }

    /// Takes `plane` as frame 0.
    pub(crate) fn start(&mut self, plane: &[f32]) {
        match self {
            Self::First(d) => d.start(plane),
            Self::Second(d) => d.start(plane),
            Self::Exponential(d) => d.start(plane),
        }
    }

    /// Replaces the next frame by its band.
    pub(crate) fn step(&mut self, plane: &mut [f32]) {
        match self {
            Self::First(filter) => dispatch(Step { filter, plane }),
            Self::Second(filter) => dispatch(Step { filter, plane }),
            Self::Exponential(filter) => dispatch(Step { filter, plane }),
        }
    }
}

struct Step<'a, L, const STATES: usize> {
    filter: &'a mut Difference<L, STATES>,
    plane: &'a mut [f32],
}

impl<L: LowPass<STATES>, const STATES: usize> Task for Step<'_, L, STATES> {
    #[inline(always)]
    fn run(self) {
        self.filter.step(self.plane);
    }
}
