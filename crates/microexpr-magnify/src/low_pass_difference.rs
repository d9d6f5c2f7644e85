//! Band-pass as the difference of two low-passes, for all pixels of a plane at once.

use crate::low_pass::{Exponential, FirstOrder, LowPass, SecondOrder};
use crate::simd::{Task, dispatch};
use crate::temporal_filter::{ButterworthOrder, StreamFilter};

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
