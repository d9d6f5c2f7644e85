use microexpr_core::FlowField;
use ndarray::ArrayView2;

use super::FarnebackParams;
use super::equations::{Cells, Equations};
use super::polynomial::{COEFFICIENTS, PolynomialFit};
use super::shrink::shrink;
use super::window::Averaging;
use crate::dense_flow::check_pair;
use crate::plane::Plane;
use crate::plane_resize::resize;
use crate::{DenseFlow, FlowAlgorithm, FlowError, PreparedFrame};

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
/// See [`DenseFlow`].
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

    fn refine(&mut self, from: &[Plane], to: &[Plane], u: &mut Plane, v: &mut Plane) {
        self.cells.set(to);
        for _ in 0..self.params.iterations {
            self.equations.update(from, &self.cells, u, v);
            self.averaging.solve(&self.equations, self.params.window, self.params.win_size, u, v);
        }
    }

    fn prepare_plane(&self, mut image: Plane) -> Result<PreparedFrame, FlowError> {
        self.params.check()?;
        let dim = image.dim();
        image.scale(GREY_LEVELS);
        let fit = PolynomialFit::new(self.params.poly_n, self.params.poly_sigma);
        let mut planes = Vec::new();
        for (scale, dim) in self.levels(dim) {
            planes.extend(fit.expand(&shrink(&image, &smoothing(scale), dim)));
        }
        Ok(PreparedFrame::new(self.algorithm(), dim, planes))
    }
}

impl DenseFlow for Farneback {
    fn algorithm(&self) -> FlowAlgorithm {
        FlowAlgorithm::Farneback(self.params.clone())
    }

    fn prepare(&mut self, frame: ArrayView2<'_, f32>) -> Result<PreparedFrame, FlowError> {
        self.prepare_plane(Plane::from_frame(frame)?)
    }

    fn prepare_u8(&mut self, frame: ArrayView2<'_, u8>) -> Result<PreparedFrame, FlowError> {
        self.prepare_plane(Plane::from_bytes(frame)?)
    }

    fn flow_between(
        &mut self,
        from: &PreparedFrame,
        to: &PreparedFrame,
        initial: Option<&FlowField>,
    ) -> Result<FlowField, FlowError> {
        check_pair(&self.algorithm(), from, to, initial)?;
        let levels = from.planes().chunks(COEFFICIENTS).zip(to.planes().chunks(COEFFICIENTS)).rev();
        let mut flow: Option<(Plane, Plane)> = initial.map(|flow| {
            let last = from.planes()[from.planes().len() - 1].dim();
            let gain = last.1 as f32 / from.dim().1 as f32;
            let coarse = |component| resize(&Plane::from_array(component), last, gain);
            (coarse(flow.u()), coarse(flow.v()))
        });
        for (from, to) in levels {
            let dim = from[0].dim();
            let (mut u, mut v) = match flow {
                None => (Plane::zeros(dim), Plane::zeros(dim)),
                Some((u, v)) if u.dim() == dim => (u, v),
                Some((u, v)) => {
                    let gain = (1.0 / self.params.pyr_scale) as f32;
                    (resize(&u, dim, gain), resize(&v, dim, gain))
                }
            };
            self.refine(from, to, &mut u, &mut v);
            flow = Some((u, v));
        }
        let (u, v) = flow.unwrap_or_else(|| (Plane::zeros(from.dim()), Plane::zeros(from.dim())));
        Ok(FlowField::new(u.into_array(), v.into_array())?)
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
