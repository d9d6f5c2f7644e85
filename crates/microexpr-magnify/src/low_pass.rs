//! Recursive low-passes that start in the steady state of their first frame.
//!
//! The Butterworth filters are state-variable forms of the bilinear transform: the same response as the textbook
//! difference equations, but exact for a constant input and accurate in `f32` at any cut-off.
//! Source: V. Zavalishin, "The Art of VA Filter Design", 2012, sections 3.10 and 4.1.

use std::f64::consts::{PI, SQRT_2};

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
