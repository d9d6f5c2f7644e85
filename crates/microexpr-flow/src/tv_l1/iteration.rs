use microexpr_core::vectorized;

use crate::plane::Plane;

const LANES: usize = 8;

/// The linearised brightness difference `rho(u, v) = constant + dx·u + dy·v` of every pixel.
#[derive(Debug, Clone, Default)]
pub(super) struct Residual {
    pub(super) constant: Plane,
    pub(super) dx: Plane,
    pub(super) dy: Plane,
    /// One over the gradient's square, 0 without a gradient.
    pub(super) inverse: Plane,
}

/// The dual variables of one flow component: `x` belongs to the step to the right, `y` to the one down.
#[derive(Debug, Clone, Default)]
pub(super) struct Dual {
    x: Plane,
    y: Plane,
}

impl Dual {
    pub(super) fn reset(&mut self, dim: (usize, usize)) {
        (self.x, self.y) = (Plane::zeros(dim), Plane::zeros(dim));
    }
}

/// The constants of an iteration.
#[derive(Clone, Copy)]
pub(super) struct Steps {
    /// `λ·θ`.
    pub(super) threshold: f32,
    pub(super) theta: f32,
    /// `τ / θ`.
    pub(super) dual: f32,
}

/// The flow and its duals.
#[derive(Debug, Clone, Default)]
pub(super) struct Iteration {
    dual_u: Dual,
    dual_v: Dual,
    /// A row of zeros: the duals above the first row.
    zeros: Vec<f32>,
}

impl Iteration {
    pub(super) fn reset(&mut self, dim: (usize, usize)) {
        self.dual_u.reset(dim);
        self.dual_v.reset(dim);
        self.zeros.clear();
        self.zeros.resize(dim.1, 0.0);
    }

    /// One primal and one dual step over the image; returns the sum of the squared changes of the flow.
    ///
    /// The dual step of a row needs the primal one of the row below, which needs the dual before its step: running one row
    /// behind, it reads every row once.
    pub(super) fn run(&mut self, residual: &Residual, steps: Steps, u: &mut Plane, v: &mut Plane) -> f64 {
        let height = u.dim().0;
        let mut change = 0.0;
        for row in 0..height {
            let above = row.checked_sub(1);
            let up_u = above.map_or(self.zeros.as_slice(), |above| self.dual_u.y.row(above));
            let up_v = above.map_or(self.zeros.as_slice(), |above| self.dual_v.y.row(above));
            change += primal_row(
                [
                    residual.constant.row(row),
                    residual.dx.row(row),
                    residual.dy.row(row),
                    residual.inverse.row(row),
                ],
                [self.dual_u.x.row(row), self.dual_u.y.row(row), up_u],
                [self.dual_v.x.row(row), self.dual_v.y.row(row), up_v],
                steps,
                u.row_mut(row),
                v.row_mut(row),
            );
            if let Some(above) = above {
                dual_row(
                    u.row(above),
                    u.row(row),
                    steps.dual,
                    self.dual_u.x.row_mut(above),
                    self.dual_u.y.row_mut(above),
                );
                dual_row(
                    v.row(above),
                    v.row(row),
                    steps.dual,
                    self.dual_v.x.row_mut(above),
                    self.dual_v.y.row_mut(above),
                );
            }
        }
        let last = height - 1;
        dual_row(
            u.row(last),
            u.row(last),
            steps.dual,
            self.dual_u.x.row_mut(last),
            self.dual_u.y.row_mut(last),
        );
        dual_row(
            v.row(last),
            v.row(last),
            steps.dual,
            self.dual_v.x.row_mut(last),
            self.dual_v.y.row_mut(last),
        );
        change
    }
}

/// What a primal step of one pixel needs.
#[derive(Clone, Copy)]
struct Pixel {
    constant: f32,
    dx: f32,
    dy: f32,
    inverse: f32,
    divergence_u: f32,
    divergence_v: f32,
}

/// The flow after thresholding the residual and smoothing.
#[inline(always)]
fn primal(pixel: Pixel, steps: Steps, u: f32, v: f32) -> (f32, f32) {
    let Pixel { constant, dx, dy, inverse, divergence_u, divergence_v } = pixel;
    // Minus the residual over the squared gradient, limited to the threshold.
    let newton = -(constant + (dx * u + dy * v)) * inverse;
    let step = if newton > steps.threshold { steps.threshold } else { newton };
    let step = if step < -steps.threshold { -steps.threshold } else { step };
    (u + step * dx + steps.theta * divergence_u, v + step * dy + steps.theta * divergence_v)
}

vectorized! {
    fn primal_row(
        residual: [&[f32]; 4],
        dual_u: [&[f32]; 3],
        dual_v: [&[f32]; 3],
        steps: Steps,
        u: &mut [f32],
        v: &mut [f32],
    ) -> f64 {
        let width = u.len();
        let v = &mut v[..width];
        let [constant, dx, dy, inverse] = residual.map(|line| &line[..width]);
        let ([ux, uy, up_u], [vx, vy, up_v]) = (dual_u.map(|line| &line[..width]), dual_v.map(|line| &line[..width]));
        let mut sums = [0.0_f32; LANES];
        // The first pixel has no left neighbour, the last ones do not fill a register.
        let whole = 1 + (width - 1) / LANES * LANES;
        for i in (0..1).chain(whole..width) {
            let (left_u, left_v) = if i == 0 { (0.0, 0.0) } else { (ux[i - 1], vx[i - 1]) };
            let pixel = Pixel {
                constant: constant[i],
                dx: dx[i],
                dy: dy[i],
                inverse: inverse[i],
                divergence_u: (ux[i] - left_u) + (uy[i] - up_u[i]),
                divergence_v: (vx[i] - left_v) + (vy[i] - up_v[i]),
            };
            let new = primal(pixel, steps, u[i], v[i]);
            sums[0] += (new.0 - u[i]) * (new.0 - u[i]) + (new.1 - v[i]) * (new.1 - v[i]);
            (u[i], v[i]) = new;
        }
        for at in (1..whole).step_by(LANES) {
            let (constant, dx, dy, inverse) = (lanes(constant, at), lanes(dx, at), lanes(dy, at), lanes(inverse, at));
            let (ux, uy, up_u, left_u) = (lanes(ux, at), lanes(uy, at), lanes(up_u, at), lanes(ux, at - 1));
            let (vx, vy, up_v, left_v) = (lanes(vx, at), lanes(vy, at), lanes(up_v, at), lanes(vx, at - 1));
            let (old_u, old_v) = (lanes(u, at), lanes(v, at));
            let (mut new_u, mut new_v) = ([0.0; LANES], [0.0; LANES]);
            for lane in 0..LANES {
                let pixel = Pixel {
                    constant: constant[lane],
                    dx: dx[lane],
                    dy: dy[lane],
                    inverse: inverse[lane],
                    divergence_u: (ux[lane] - left_u[lane]) + (uy[lane] - up_u[lane]),
                    divergence_v: (vx[lane] - left_v[lane]) + (vy[lane] - up_v[lane]),
                };
                (new_u[lane], new_v[lane]) = primal(pixel, steps, old_u[lane], old_v[lane]);
                let (du, dv) = (new_u[lane] - old_u[lane], new_v[lane] - old_v[lane]);
                sums[lane] += du * du + dv * dv;
            }
            u[at..at + LANES].copy_from_slice(&new_u);
            v[at..at + LANES].copy_from_slice(&new_v);
        }
        sums.iter().map(|sum| f64::from(*sum)).sum()
    }
}

type Lanes = [f32; LANES];

#[inline(always)]
fn lanes(line: &[f32], start: usize) -> Lanes {
    let mut lanes = [0.0; LANES];
    lanes.copy_from_slice(&line[start..start + LANES]);
    lanes
}

vectorized! {
    /// The dual step of a row: towards the gradient of `flow`, `next` being the row below (itself at the end).
    fn dual_row(flow: &[f32], next: &[f32], step: f32, x: &mut [f32], y: &mut [f32]) {
        let width = flow.len();
        let (next, x, y) = (&next[..width], &mut x[..width], &mut y[..width]);
        let updated = |i: usize, right: f32, x: f32, y: f32| {
            let (gx, gy) = (right - flow[i], next[i] - flow[i]);
            let scale = 1.0 / (1.0 + step * (gx * gx + gy * gy).sqrt());
            ((x + step * gx) * scale, (y + step * gy) * scale)
        };
        let right = &flow[1..];
        for i in 0..width - 1 {
            (x[i], y[i]) = updated(i, right[i], x[i], y[i]);
        }
        (x[width - 1], y[width - 1]) = updated(width - 1, flow[width - 1], x[width - 1], y[width - 1]);
    }
}
