use microexpr_core::OutOfRange;

use super::FarnebackParams;
use super::equations::{Cells, Equations};
use super::polynomial::{COEFFICIENTS, PolynomialFit};
use super::shrink::shrink;
use super::window::Averaging;
use crate::FlowAlgorithm;
use crate::coarse_to_fine::Scaling;
use crate::plane::Plane;
use crate::solver::Solver;

/// Levels with a shorter side are left out.
const MIN_SIDE: f64 = 32.0;
/// OpenCV's regularisation is tuned for frames of `0..=255`.
const GREY_LEVELS: f32 = 255.0;

/// Farnebäck's flow: both frames as local polynomials of second degree, whose shift is averaged over a window.
///
/// Source: G. Farnebäck, "Two-Frame Motion Estimation Based on Polynomial Expansion", SCIA 2003; parameters and numbers of
/// OpenCV's `calcOpticalFlowFarneback`.
///
/// # Example
///
/// See [`DenseFlow`](crate::DenseFlow).
#[derive(Debug, Clone)]
pub struct Farneback {
    params: FarnebackParams,
    cells: Cells,
    equations: Equations,
    averaging: Averaging,
}

impl Farneback {
    /// Makes a solver.
    #[must_use]
    pub fn new(params: FarnebackParams) -> Self {
        Self {
            params,
            cells: Cells::default(),
            equations: Equations::default(),
            averaging: Averaging::default(),
        }
    }

    /// The solver's settings.
    #[must_use]
    pub fn params(&self) -> &FarnebackParams {
        &self.params
    }

    /// Scale and size of every level, finest first.
    fn levels(&self, (height, width): (usize, usize)) -> Vec<(f64, (usize, usize))> {
        let side = |length: usize, scale: f64| (length as f64 * scale).round_ties_even() as usize;
        (0..=self.params.levels)
            .map(|level| self.params.pyr_scale.powi(level as i32))
            .take_while(|scale| *scale == 1.0 || height.min(width) as f64 * scale >= MIN_SIDE)
            .map(|scale| (scale, (side(height, scale), side(width, scale))))
            .collect()
    }
}

impl Solver for Farneback {
    const PLANES_PER_LEVEL: usize = COEFFICIENTS;

    fn settings(&self) -> FlowAlgorithm {
        FlowAlgorithm::Farneback(self.params.clone())
    }

    fn check(&self) -> Result<(), OutOfRange> {
        self.params.check()
    }

    fn pyramid(&self, mut image: Plane) -> Vec<Plane> {
        image.scale(GREY_LEVELS);
        let fit = PolynomialFit::new(self.params.poly_n, self.params.poly_sigma);
        let levels = self.levels(image.dim()).into_iter();
        levels.flat_map(|(scale, dim)| fit.expand(&shrink(&image, &smoothing(scale), dim))).collect()
    }

    fn scaling(&self) -> Scaling {
        Scaling::Resized { step: self.params.pyr_scale }
    }

    fn refine(&mut self, from: &[Plane], to: &[Plane], u: &mut Plane, v: &mut Plane) {
        self.cells.set(to);
        for _ in 0..self.params.iterations {
            self.equations.update(from, &self.cells, u, v);
            self.averaging.solve(&self.equations, self.params.window, self.params.win_size, u, v);
        }
    }
}

/// Right half of the blur before a level of size `scale` is taken: as OpenCV cuts and rounds it.
fn smoothing(scale: f64) -> Vec<f32> {
    let sigma = (1.0 / scale - 1.0) * 0.5;
    let radius = (((sigma * 5.0).round_ties_even() as usize | 1).max(3)) / 2;
    if sigma <= 0.0 {
        return vec![0.5, 0.25];
    }
    let weight = |x: usize| (-((x * x) as f64) / (2.0 * sigma * sigma)).exp();
    let total = 1.0 + 2.0 * (1..=radius).map(weight).sum::<f64>();
    (0..=radius).map(|x| (weight(x) / total) as f32).collect()
}
