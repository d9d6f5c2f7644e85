use microexpr_core::vectorized;

use super::ClgParams;
use super::motion_tensor::MotionTensor;
use crate::plane::Plane;
use crate::relaxation::{LinearSystem, Lines};

/// Over-relaxation factor of the sweeps.
pub(super) const OMEGA: f32 = 1.9;

/// The linear equations of one set of robust weights.
///
/// The data's shares of a [`LinearSystem`] are `a·J_xx`, `a·J_xy`, `a·J_yy`; `a` is the weight of the brightness constraint
/// over the smoothness.
#[derive(Debug, Clone, Default)]
pub(super) struct System {
    pub(super) equations: LinearSystem,
    edge: Plane,
}

/// A flow's two components.
#[derive(Clone, Copy)]
pub(super) struct FlowPlanes<'a> {
    pub(super) u: &'a Plane,
    pub(super) v: &'a Plane,
}

impl System {
    /// Builds the equations with weights for `flow`, of a tensor linearised around `origin`.
    pub(super) fn build(
        &mut self,
        tensor: &MotionTensor,
        origin: FlowPlanes<'_>,
        flow: FlowPlanes<'_>,
        params: &ClgParams,
    ) {
        let dim = flow.u.dim();
        self.edge.resize(dim);
        self.weigh_edges(flow, params.edge_scale);
        let edge = &self.edge;
        self.equations.build(dim, OMEGA, |row, lines| {
            let next = (row + 1 < dim.0).then(|| edge.row(row + 1));
            link_neighbours(edge.row(row), next, &mut lines.right, &mut lines.below);
            build_row(
                RowData::of(tensor, row),
                [origin.u.row(row), origin.v.row(row), flow.u.row(row), flow.v.row(row)],
                [params.smoothness, params.data_scale],
                lines,
            );
        });
    }

    /// Smoothness weight of every pixel, `1 / √(1 + (|∇u|² + |∇v|²) / scale²)`.
    fn weigh_edges(&mut self, flow: FlowPlanes<'_>, scale: f32) {
        let height = flow.u.dim().0;
        for row in 0..height {
            let (above, below) = (row.saturating_sub(1), (row + 1).min(height - 1));
            weigh_edge_row(
                [flow.u.row(above), flow.u.row(row), flow.u.row(below)],
                [flow.v.row(above), flow.v.row(row), flow.v.row(below)],
                1.0 / (scale * scale),
                self.edge.row_mut(row),
            );
        }
    }
}

/// A row of the motion tensor.
#[derive(Clone, Copy)]
struct RowData<'a> {
    xx: &'a [f32],
    xy: &'a [f32],
    yy: &'a [f32],
    xt: &'a [f32],
    yt: &'a [f32],
    tt: &'a [f32],
}

impl<'a> RowData<'a> {
    fn of(tensor: &'a MotionTensor, row: usize) -> Self {
        Self {
            xx: tensor.xx.row(row),
            xy: tensor.xy.row(row),
            yy: tensor.yy.row(row),
            xt: tensor.xt.row(row),
            yt: tensor.yt.row(row),
            tt: tensor.tt.row(row),
        }
    }
}

vectorized! {
    fn weigh_edge_row(u: [&[f32]; 3], v: [&[f32]; 3], inverse_square: f32, out: &mut [f32]) {
        let width = out.len();
        let ([u_above, u, u_below], [v_above, v, v_below]) = (u.map(|r| &r[..width]), v.map(|r| &r[..width]));
        let at = |col: usize, left: usize, right: usize| {
            edge_weight(
                [u[right] - u[left], u_below[col] - u_above[col]],
                [v[right] - v[left], v_below[col] - v_above[col]],
                inverse_square,
            )
        };
        out[0] = at(0, 0, 1.min(width - 1));
        out[width - 1] = at(width - 1, width.saturating_sub(2), width - 1);
        if width < 3 {
            return;
        }
        let inner = width - 2;
        let [u_left, u_right, v_left, v_right] =
            [&u[..inner], &u[2..width], &v[..inner], &v[2..width]].map(|line| &line[..inner]);
        let [u_above, u_below, v_above, v_below] =
            [u_above, u_below, v_above, v_below].map(|line| &line[1..=inner]);
        for (i, out) in out[1..=inner].iter_mut().enumerate() {
            *out = edge_weight(
                [u_right[i] - u_left[i], u_below[i] - u_above[i]],
                [v_right[i] - v_left[i], v_below[i] - v_above[i]],
                inverse_square,
            );
        }
    }
}

/// The weight for twice the gradients of both components.
#[inline(always)]
fn edge_weight([ux, uy]: [f32; 2], [vx, vy]: [f32; 2], inverse_square: f32) -> f32 {
    let square = 0.25 * ((ux * ux + uy * uy) + (vx * vx + vy * vy));
    1.0 / (1.0 + inverse_square * square).sqrt()
}

vectorized! {
    /// Weights between neighbours: the mean of theirs; `next` is the row below, if there is one.
    fn link_neighbours(own: &[f32], next: Option<&[f32]>, right: &mut [f32], below: &mut [f32]) {
        let width = own.len();
        for ((value, a), b) in right.iter_mut().zip(own).zip(&own[1..]) {
            *value = 0.5 * (a + b);
        }
        right[width - 1] = 0.0;
        match next {
            Some(next) => {
                for ((value, a), b) in below.iter_mut().zip(own).zip(next) {
                    *value = 0.5 * (a + b);
                }
            }
            None => below.fill(0.0),
        }
    }
}

vectorized! {
    fn build_row(
        tensor: RowData<'_>,
        flows: [&[f32]; 4],
        scales: [f32; 2],
        lines: &mut Lines,
    ) {
        let width = lines.right.len();
        let [smoothness, data_scale] = scales;
        let inverse_square = 1.0 / (data_scale * data_scale);
        let [u0, v0, u, v] = flows.map(|row| &row[..width]);
        let RowData { xx, xy, yy, xt, yt, tt } = tensor;
        let (xx, xy, yy, xt, yt, tt) = (&xx[..width], &xy[..width], &yy[..width], &xt[..width], &yt[..width], &tt[..width]);
        let Lines { coupling, constant_u, constant_v, step_u, step_v, .. } = lines;
        for i in 0..width {
            let (du, dv) = (u[i] - u0[i], v[i] - v0[i]);
            let square = du * (xx[i] * du + 2.0 * (xy[i] * dv + xt[i])) + dv * (yy[i] * dv + 2.0 * yt[i]) + tt[i];
            let weight = 1.0 / (smoothness * (1.0 + inverse_square * square.max(0.0)).sqrt());
            coupling[i] = weight * xy[i];
            constant_u[i] = weight * (xx[i] * u0[i] + xy[i] * v0[i] - xt[i]);
            constant_v[i] = weight * (xy[i] * u0[i] + yy[i] * v0[i] - yt[i]);
            step_u[i] = weight * xx[i];
            step_v[i] = weight * yy[i];
        }
    }
}
