use microexpr_core::{OutOfRange, vectorized};

use super::gradient_warp::GradientWarp;
use super::iteration::{Iteration, Residual, Steps};
use super::{MedianFilter, TvL1Params};
use crate::FlowAlgorithm;
use crate::coarse_to_fine::Scaling;
use crate::filter::{differences_along_cols, differences_along_rows};
use crate::median::Median;
use crate::plane::Plane;
use crate::plane_resize::resize;
use crate::plane_warp::mark_inside;
use crate::solver::Solver;

/// Levels with a shorter side are left out.
const MIN_SIDE: usize = 16;
/// `lambda` is meant for frames of `0..=255`.
const GREY_LEVELS: f32 = 255.0;
/// Gradients whose square is smaller say nothing about the motion.
const FLAT: f32 = f32::EPSILON;

/// TV-L1 flow: absolute brightness differences and total variation, minimised by Chambolle's dual iteration.
///
/// Minimises `Σ |∇u| + |∇v| + λ·|I1(x + (u, v)) − I0(x)|`.
///
/// Source: C. Zach, T. Pock, H. Bischof, "A Duality Based Approach for Realtime TV-L1 Optical Flow", DAGM 2007; J. Sánchez,
/// E. Meinhardt-Llopis, G. Facciolo, "TV-L1 Optical Flow Estimation", IPOL 2013. Differs: pixels whose match lies outside
/// the image do not count; the second frame is warped along splines; the gradient is the mean of both frames' as in A. Wedel,
/// T. Pock, C. Zach, H. Bischof, D. Cremers, "An Improved Algorithm for TV-L1 Optical Flow", 2009.
///
/// # Example
///
/// See [`DenseFlow`](crate::DenseFlow).
#[derive(Debug, Clone)]
pub struct TvL1 {
    params: TvL1Params,
    residual: Residual,
    iteration: Iteration,
    warp: GradientWarp,
    /// The gradient of the first frame.
    gradient: [Plane; 2],
    warped: Plane,
    inside: Plane,
    median: Median,
}

impl TvL1 {
    /// Makes a solver.
    #[must_use]
    pub fn new(params: TvL1Params) -> Self {
        Self {
            params,
            residual: Residual::default(),
            iteration: Iteration::default(),
            warp: GradientWarp::default(),
            gradient: Default::default(),
            warped: Plane::default(),
            inside: Plane::default(),
            median: Median::default(),
        }
    }

    /// The solver's settings.
    #[must_use]
    pub fn params(&self) -> &TvL1Params {
        &self.params
    }

    /// Linearises the brightness difference around the flow, with the mean gradient of both frames.
    fn linearize(&mut self, from: &Plane, u: &Plane, v: &Plane) {
        let Residual { constant, dx, dy, inverse } = &mut self.residual;
        mark_inside(u, v, &mut self.inside);
        self.warp.run(u, v, [&mut self.warped, dx, dy]);
        constant.resize(u.dim());
        inverse.resize(u.dim());
        for row in 0..u.dim().0 {
            let images = [from.row(row), self.warped.row(row), self.inside.row(row)];
            let gradient = [self.gradient[0].row(row), self.gradient[1].row(row)];
            let flow = [u.row(row), v.row(row)];
            form_residual(
                images,
                gradient,
                flow,
                constant.row_mut(row),
                [dx.row_mut(row), dy.row_mut(row), inverse.row_mut(row)],
            );
        }
    }

    /// Iterates until the flow changes little.
    fn descend(&mut self, u: &mut Plane, v: &mut Plane) {
        let TvL1Params { tau, lambda, theta, epsilon, .. } = self.params;
        let steps = Steps { threshold: lambda * theta, theta, dual: tau / theta };
        let (height, width) = u.dim();
        let enough = f64::from(epsilon * epsilon) * (height * width) as f64;
        for _ in 0..self.params.outer_iterations {
            for plane in [&mut *u, &mut *v] {
                match self.params.median_filtering {
                    MedianFilter::Off => {}
                    MedianFilter::Three => self.median.filter_3(plane),
                    MedianFilter::Five => self.median.filter_5(plane),
                }
            }
            for _ in 0..self.params.inner_iterations {
                if self.iteration.run(&self.residual, steps, u, v) <= enough {
                    return;
                }
            }
        }
    }
}

impl Solver for TvL1 {
    const PLANES_PER_LEVEL: usize = 3;

    fn settings(&self) -> FlowAlgorithm {
        FlowAlgorithm::TvL1(self.params.clone())
    }

    fn check(&self) -> Result<(), OutOfRange> {
        self.params.check()
    }

    /// Of every level the image and its two derivatives.
    fn pyramid(&self, mut image: Plane) -> Vec<Plane> {
        image.scale(GREY_LEVELS);
        let mut planes = Vec::new();
        for level in 0..self.params.nscales.max(1) {
            if level > 0 {
                let shrink = |side: usize| (side as f64 * self.params.scale_step).round_ties_even() as usize;
                let dim = (shrink(image.dim().0), shrink(image.dim().1));
                if dim.0.min(dim.1) < MIN_SIDE {
                    break;
                }
                image = resize(&image, dim, 1.0);
            }
            let (mut dx, mut dy) = (Plane::default(), Plane::default());
            differences_along_rows(&image, &mut dx);
            differences_along_cols(&image, &mut dy);
            planes.extend([image.clone(), dx, dy]);
        }
        planes
    }

    fn scaling(&self) -> Scaling {
        Scaling::Resized { step: self.params.scale_step }
    }

    fn refine(&mut self, from: &[Plane], to: &[Plane], u: &mut Plane, v: &mut Plane) {
        self.iteration.reset(u.dim());
        self.warp.set(to);
        differences_along_rows(&from[0], &mut self.gradient[0]);
        differences_along_cols(&from[0], &mut self.gradient[1]);
        for _ in 0..self.params.warps {
            self.linearize(&from[0], u, v);
            self.descend(u, v);
        }
    }
}

vectorized! {
    /// `constant = I1w − I0 − dx·u − dy·v`; all is zero where the match lies outside the image. `out` holds the warped gradient
    /// of `I1`, which becomes the mean with that of `I0`, and one over its square.
    fn form_residual(
        images: [&[f32]; 3],
        gradient: [&[f32]; 2],
        flow: [&[f32]; 2],
        constant: &mut [f32],
        out: [&mut [f32]; 3],
    ) {
        let width = constant.len();
        let [from, warped, inside] = images.map(|line| &line[..width]);
        let [u, v] = flow.map(|line| &line[..width]);
        let [from_dx, from_dy] = gradient.map(|line| &line[..width]);
        let [dx, dy, inverse] = out.map(|line| &mut line[..width]);
        for i in 0..width {
            dx[i] = 0.5 * inside[i] * (dx[i] + from_dx[i]);
            dy[i] = 0.5 * inside[i] * (dy[i] + from_dy[i]);
            constant[i] = inside[i] * (warped[i] - from[i]) - (dx[i] * u[i] + dy[i] * v[i]);
            let square = dx[i] * dx[i] + dy[i] * dy[i];
            inverse[i] = if square > FLAT { 1.0 / square } else { 0.0 };
        }
    }
}
