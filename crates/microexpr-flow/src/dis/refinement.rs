use microexpr_core::vectorized;

use super::DisParams;
use super::constancy::Constancy;
use crate::lanes::{LANES, load, load_all, store};
use crate::plane::Plane;
use crate::relaxation::{LinearSystem, Lines, OverRelaxation};

/// Sweeps of the relaxation per update of the weights.
const SWEEPS: usize = 5;
/// Over-relaxation factor: that of [`Clg`](crate::Clg); with OpenCV's 1.6 five sweeps reach less far.
const OMEGA: f32 = 1.9;
/// Square of the size, in px, below which the penalties are quadratic.
const EPSILON_SQUARE: f32 = 1e-6;

/// Variational refinement of a flow on one level, with its workspace.
#[derive(Debug, Clone, Default)]
pub(super) struct Refinement {
    constancy: Constancy,
    system: LinearSystem,
    relaxation: OverRelaxation,
}

impl Refinement {
    /// Linearises around the flow, then reweights and relaxes as often as the settings say.
    pub(super) fn run(&mut self, from: &Plane, to: &Plane, params: &DisParams, u: &mut Plane, v: &mut Plane) {
        let Self { constancy, system, relaxation } = self;
        let (height, width) = from.dim();
        let data = [params.variational_refinement_delta, params.variational_refinement_gamma];
        constancy.linearize(from, to, u, v);
        for _ in 0..params.variational_refinement_iterations {
            system.build((height, width), OMEGA, |row, lines| {
                let next = (row + 1).min(height - 1);
                let flow = [u.row(row), u.row(next), v.row(row), v.row(next)];
                weigh_edges(flow, params.variational_refinement_alpha, &mut lines.right);
                if next > row {
                    lines.below.copy_from_slice(&lines.right);
                } else {
                    lines.below.fill(0.0);
                }
                lines.right[width - 1] = 0.0;
                let Constancy { brightness, gradient_x, gradient_y, .. } = &*constancy;
                let constraints = [brightness.row(row), gradient_x.row(row), gradient_y.row(row)];
                weigh_constraints(constraints, [u.row(row), v.row(row)], data, lines);
            });
            relaxation.run(system, OMEGA, SWEEPS, u, v);
        }
    }
}

vectorized! {
    /// `½·alpha` over the length of the flow's gradient; `flow` is `u`, the row of `u` below, and alike for `v`.
    fn weigh_edges(flow: [&[f32]; 4], alpha: f32, out: &mut [f32]) {
        let weight = |[ux, uy, vx, vy]: [f32; 4]| {
            0.5 * alpha / ((ux * ux + uy * uy) + (vx * vx + vy * vy) + EPSILON_SQUARE).sqrt()
        };
        let last = out.len() - 1;
        for at in (0..last).step_by(LANES) {
            let [u, u_below, v, v_below] = load_all(flow, at);
            let (u_right, v_right) = (load(flow[0], at + 1), load(flow[2], at + 1));
            let mut weights = [0.0; LANES];
            for i in 0..LANES {
                weights[i] = weight([u_right[i] - u[i], u_below[i] - u[i], v_right[i] - v[i], v_below[i] - v[i]]);
            }
            store(out, at, &weights);
        }
        let [u, u_below, v, v_below] = flow;
        out[last] = weight([0.0, u_below[last] - u[last], 0.0, v_below[last] - v[last]]);
    }
}

vectorized! {
    /// The data's share of the equations: `constraints` are on brightness, its x and its y derivative, each `x, y, constant`.
    fn weigh_constraints(constraints: [[&[f32]; 3]; 3], flow: [&[f32]; 2], data: [f32; 2], lines: &mut Lines) {
        let [delta, gamma] = data;
        for at in (0..lines.right.len()).step_by(LANES) {
            let [u, v] = load_all(flow, at);
            let [ax, ay, a] = load_all(constraints[0], at);
            let [bx, by, b] = load_all(constraints[1], at);
            let [cx, cy, c] = load_all(constraints[2], at);
            let [mut uu, mut uv, mut vv, mut u1, mut v1] = [[0.0; LANES]; 5];
            for i in 0..LANES {
                let brightness = ax[i] * u[i] + ay[i] * v[i] + a[i];
                let gradient_x = bx[i] * u[i] + by[i] * v[i] + b[i];
                let gradient_y = cx[i] * u[i] + cy[i] * v[i] + c[i];
                let square = gradient_x * gradient_x + gradient_y * gradient_y;
                let first = 0.5 * delta / (brightness * brightness + EPSILON_SQUARE).sqrt();
                let second = 0.5 * gamma / (square + EPSILON_SQUARE).sqrt();
                uu[i] = first * (ax[i] * ax[i]) + second * (bx[i] * bx[i] + cx[i] * cx[i]);
                uv[i] = first * (ax[i] * ay[i]) + second * (bx[i] * by[i] + cx[i] * cy[i]);
                vv[i] = first * (ay[i] * ay[i]) + second * (by[i] * by[i] + cy[i] * cy[i]);
                u1[i] = -(first * (ax[i] * a[i]) + second * (bx[i] * b[i] + cx[i] * c[i]));
                v1[i] = -(first * (ay[i] * a[i]) + second * (by[i] * b[i] + cy[i] * c[i]));
            }
            store(&mut lines.step_u, at, &uu);
            store(&mut lines.coupling, at, &uv);
            store(&mut lines.step_v, at, &vv);
            store(&mut lines.constant_u, at, &u1);
            store(&mut lines.constant_v, at, &v1);
        }
    }
}
