use microexpr_core::vectorized;

use crate::filter::{differences_along_cols, differences_along_rows};
use crate::lanes::{LANES, load_all, store};
use crate::plane::Plane;
use crate::plane_warp::{mark_inside, warp_linear};

/// Gradient, in grey/px or grey/px², below which a constraint says little: the published 0.1 grey levels, which OpenCV
/// compares with undivided differences, twice the derivative.
const WEAK_GRADIENT: f32 = 0.05 / 255.0;
/// Share of the linearised displacement that a constraint asks for: OpenCV's, by the same undivided differences. The rest of
/// the flow stays as the patches found it.
const SHARE: f32 = 0.5;

/// A linear constraint on the flow of every pixel, `x·u + y·v + constant = 0` in pixels.
#[derive(Debug, Clone, Default)]
pub(super) struct Constraint {
    x: Plane,
    y: Plane,
    constant: Plane,
}

/// Constancy of brightness and of its two derivatives, linearised around a flow.
#[derive(Debug, Clone, Default)]
pub(super) struct Constancy {
    pub(super) brightness: Constraint,
    pub(super) gradient_x: Constraint,
    pub(super) gradient_y: Constraint,
    warped: Plane,
    inside: Plane,
    mean: Plane,
    change: Plane,
    first: [Plane; 2],
    second: [Plane; 3],
    change_first: [Plane; 2],
}

impl Constancy {
    /// Linearises around the flow `(u, v)`: spatial derivatives of the mean of `from` and the warped `to`, changes between
    /// them; pixels that come from outside `to` are not constrained.
    pub(super) fn linearize(&mut self, from: &Plane, to: &Plane, u: &Plane, v: &Plane) {
        let dim = from.dim();
        warp_linear(to, u, v, &mut self.warped);
        mark_inside(u, v, &mut self.inside);
        self.mean.resize(dim);
        self.change.resize(dim);
        for row in 0..dim.0 {
            compare(from.row(row), self.warped.row(row), self.mean.row_mut(row), self.change.row_mut(row));
        }
        let ([dx, dy], [dxx, dxy, dyy], [dxt, dyt]) =
            (&mut self.first, &mut self.second, &mut self.change_first);
        differences_along_rows(&self.mean, dx);
        differences_along_cols(&self.mean, dy);
        differences_along_rows(dx, dxx);
        differences_along_cols(dx, dxy);
        differences_along_cols(dy, dyy);
        differences_along_rows(&self.change, dxt);
        differences_along_cols(&self.change, dyt);
        let place = [&self.inside, u, v];
        self.brightness.form([dx, dy, &self.change], place);
        self.gradient_x.form([dxx, dxy, dxt], place);
        self.gradient_y.form([dxy, dyy, dyt], place);
    }
}

impl Constraint {
    /// Of the derivatives of a quantity along x, y and time, around the flow in `place`: inside, u, v.
    fn form(&mut self, derivatives: [&Plane; 3], place: [&Plane; 3]) {
        let dim = place[0].dim();
        for plane in [&mut self.x, &mut self.y, &mut self.constant] {
            plane.resize(dim);
        }
        for row in 0..dim.0 {
            normalize(
                derivatives.map(|plane| plane.row(row)),
                place.map(|plane| plane.row(row)),
                [self.x.row_mut(row), self.y.row_mut(row), self.constant.row_mut(row)],
            );
        }
    }

    /// A row of `[x, y, constant]`.
    #[inline(always)]
    pub(super) fn row(&self, row: usize) -> [&[f32]; 3] {
        [self.x.row(row), self.y.row(row), self.constant.row(row)]
    }
}

vectorized! {
    fn compare(before: &[f32], after: &[f32], mean: &mut [f32], change: &mut [f32]) {
        let width = mean.len();
        let (before, after, change) = (&before[..width], &after[..width], &mut change[..width]);
        for i in 0..width {
            mean[i] = 0.5 * (before[i] + after[i]);
            change[i] = after[i] - before[i];
        }
    }
}

vectorized! {
    fn normalize(derivatives: [&[f32]; 3], place: [&[f32]; 3], out: [&mut [f32]; 3]) {
        let [x_out, y_out, constant_out] = out;
        for at in (0..x_out.len()).step_by(LANES) {
            let [dx, dy, dt] = load_all(derivatives, at);
            let [inside, u, v] = load_all(place, at);
            let (mut x, mut y, mut constant) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
            for i in 0..LANES {
                let square = dx[i] * dx[i] + dy[i] * dy[i] + WEAK_GRADIENT * WEAK_GRADIENT;
                let scale = inside[i] / square.sqrt();
                x[i] = scale * dx[i];
                y[i] = scale * dy[i];
                constant[i] = SHARE * (scale * dt[i]) - (x[i] * u[i] + y[i] * v[i]);
            }
            store(x_out, at, &x);
            store(y_out, at, &y);
            store(constant_out, at, &constant);
        }
    }
}
