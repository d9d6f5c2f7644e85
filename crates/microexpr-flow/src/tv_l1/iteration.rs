use microexpr_core::vectorized;

use crate::lanes::{LANES, Lanes, load_whole};
use crate::plane::Plane;

/// The linearised brightness difference `rho(u, v) = constant + dx·u + dy·v` of every pixel.
#[derive(Debug, Clone, Default)]
pub(super) struct Residual {
    pub(super) constant: Plane,
    pub(super) dx: Plane,
    pub(super) dy: Plane,
    /// One over the gradient's square, 0 without a gradient.
    pub(super) inverse: Plane,
}

impl Residual {
    fn row(&self, row: usize) -> [&[f32]; 4] {
        [&self.constant, &self.dx, &self.dy, &self.inverse].map(|plane| plane.row(row))
    }
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

    /// Both variables of a row, and `y` of the row above it: `outside` above the first one.
    fn row<'a>(&'a self, row: usize, outside: &'a [f32]) -> [&'a [f32]; 3] {
        let above = row.checked_sub(1).map_or(outside, |above| self.y.row(above));
        [self.x.row(row), self.y.row(row), above]
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
            let lines = Lines {
                residual: residual.row(row),
                dual_u: self.dual_u.row(row, &self.zeros),
                dual_v: self.dual_v.row(row, &self.zeros),
            };
            change += primal_row(&lines, steps, u.row_mut(row), v.row_mut(row));
            if let Some(above) = row.checked_sub(1) {
                self.dual_step(above, row, steps.dual, u, v);
            }
        }
        self.dual_step(height - 1, height - 1, steps.dual, u, v);
        change
    }

    /// The dual step of a row, `next` being the row below it (itself at the end).
    fn dual_step(&mut self, row: usize, next: usize, step: f32, u: &Plane, v: &Plane) {
        for (flow, dual) in [(u, &mut self.dual_u), (v, &mut self.dual_v)] {
            dual_row(flow.row(row), flow.row(next), step, dual.x.row_mut(row), dual.y.row_mut(row));
        }
    }
}

/// What a primal step reads of one row.
struct Lines<'a> {
    residual: [&'a [f32]; 4],
    dual_u: [&'a [f32]; 3],
    dual_v: [&'a [f32]; 3],
}

impl Lines<'_> {
    /// The same lines, of which the compiler knows that they are `width` long.
    #[inline(always)]
    fn cut(&self, width: usize) -> Self {
        Self {
            residual: self.residual.map(|line| &line[..width]),
            dual_u: self.dual_u.map(|line| &line[..width]),
            dual_v: self.dual_v.map(|line| &line[..width]),
        }
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
    /// Returns the sum of the squared changes of the flow.
    fn primal_row(lines: &Lines<'_>, steps: Steps, u: &mut [f32], v: &mut [f32]) -> f64 {
        let width = u.len();
        let (v, lines) = (&mut v[..width], lines.cut(width));
        let mut sums = [0.0; LANES];
        // The first pixel has no left neighbour, the last ones do not fill a register.
        let whole = 1 + (width - 1) / LANES * LANES;
        for at in (0..1).chain(whole..width) {
            sums[0] += primal_pixel(&lines, steps, at, (&mut u[at], &mut v[at]));
        }
        for at in (1..whole).step_by(LANES) {
            primal_lanes(&lines, steps, at, (u, v), &mut sums);
        }
        sums.iter().map(|sum| f64::from(*sum)).sum()
    }
}

/// The primal step of the pixel in column `at`; returns the squared change of the flow.
#[inline(always)]
fn primal_pixel(lines: &Lines<'_>, steps: Steps, at: usize, (u, v): (&mut f32, &mut f32)) -> f32 {
    let [constant, dx, dy, inverse] = lines.residual.map(|line| line[at]);
    let divergence = |[x, y, above]: [&[f32]; 3]| {
        let left = if at == 0 { 0.0 } else { x[at - 1] };
        (x[at] - left) + (y[at] - above[at])
    };
    let (divergence_u, divergence_v) = (divergence(lines.dual_u), divergence(lines.dual_v));
    let pixel = Pixel { constant, dx, dy, inverse, divergence_u, divergence_v };
    let (new_u, new_v) = primal(pixel, steps, *u, *v);
    let change = (new_u - *u) * (new_u - *u) + (new_v - *v) * (new_v - *v);
    (*u, *v) = (new_u, new_v);
    change
}

/// The primal step of a register of pixels from column `at` on; adds the squared changes of the flow to `sums`.
#[inline(always)]
fn primal_lanes(
    lines: &Lines<'_>,
    steps: Steps,
    at: usize,
    (u, v): (&mut [f32], &mut [f32]),
    sums: &mut Lanes,
) {
    let [constant, dx, dy, inverse] = lines.residual;
    let (constant, dx) = (load_whole(constant, at), load_whole(dx, at));
    let (dy, inverse) = (load_whole(dy, at), load_whole(inverse, at));
    let (dual_u, dual_v) = (DualLanes::load(lines.dual_u, at), DualLanes::load(lines.dual_v, at));
    let (old_u, old_v) = (load_whole(u, at), load_whole(v, at));
    let (mut new_u, mut new_v) = ([0.0; LANES], [0.0; LANES]);
    for lane in 0..LANES {
        let pixel = Pixel {
            constant: constant[lane],
            dx: dx[lane],
            dy: dy[lane],
            inverse: inverse[lane],
            divergence_u: dual_u.divergence(lane),
            divergence_v: dual_v.divergence(lane),
        };
        (new_u[lane], new_v[lane]) = primal(pixel, steps, old_u[lane], old_v[lane]);
        let (du, dv) = (new_u[lane] - old_u[lane], new_v[lane] - old_v[lane]);
        sums[lane] += du * du + dv * dv;
    }
    u[at..at + LANES].copy_from_slice(&new_u);
    v[at..at + LANES].copy_from_slice(&new_v);
}

/// A dual in a register of pixels that all have a left neighbour. Its divergence is taken lane by lane: a register of
/// divergences on the way would take twice the time.
struct DualLanes {
    left: Lanes,
    x: Lanes,
    y: Lanes,
    above: Lanes,
}

impl DualLanes {
    #[inline(always)]
    fn load([x, y, above]: [&[f32]; 3], at: usize) -> Self {
        Self {
            left: load_whole(x, at - 1),
            x: load_whole(x, at),
            y: load_whole(y, at),
            above: load_whole(above, at),
        }
    }

    #[inline(always)]
    fn divergence(&self, lane: usize) -> f32 {
        (self.x[lane] - self.left[lane]) + (self.y[lane] - self.above[lane])
    }
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
