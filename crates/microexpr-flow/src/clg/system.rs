use microexpr_core::vectorized;

use super::ClgParams;
use super::checkerboard::Checkerboard;
use super::motion_tensor::MotionTensor;
use super::relaxation::OMEGA;
use crate::plane::Plane;

/// The linear equations of one set of robust weights.
///
/// Per pixel: `(Σ_n g_n + a·J_xx)·u = Σ_n g_n·u_n + constant_u − a·J_xy·v` over the four neighbours `n`, and alike for
/// `v`; `a` is the weight of the brightness constraint over the smoothness.
#[derive(Debug, Clone, Default)]
pub(super) struct System {
    /// `g` towards the right neighbour; zero in the last column.
    pub(super) right: Checkerboard,
    /// `g` towards the lower neighbour; zero in the last row.
    pub(super) below: Checkerboard,
    /// `a·J_xy`.
    pub(super) coupling: Checkerboard,
    pub(super) constant_u: Checkerboard,
    pub(super) constant_v: Checkerboard,
    /// Over-relaxation factor over the diagonal.
    pub(super) step_u: Checkerboard,
    pub(super) step_v: Checkerboard,
    edge: Plane,
    lines: Lines,
}

/// One row of the system before it is dealt to the two colours.
#[derive(Debug, Clone, Default)]
struct Lines {
    right: Vec<f32>,
    above: Vec<f32>,
    below: Vec<f32>,
    coupling: Vec<f32>,
    constant_u: Vec<f32>,
    constant_v: Vec<f32>,
    step_u: Vec<f32>,
    step_v: Vec<f32>,
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
        let (height, width) = flow.u.dim();
        self.resize((height, width));
        self.weigh_edges(flow, params.edge_scale);
        self.lines.below.fill(0.0);
        for row in 0..height {
            let Lines { right, above, below, .. } = &mut self.lines;
            std::mem::swap(above, below);
            let next = (row + 1 < height).then(|| self.edge.row(row + 1));
            link_neighbours(self.edge.row(row), next, right, below);
            build_row(
                RowData::of(tensor, row),
                [origin.u.row(row), origin.v.row(row), flow.u.row(row), flow.v.row(row)],
                [params.smoothness, params.data_scale],
                &mut self.lines,
            );
            self.store_row(row);
        }
    }

    fn resize(&mut self, dim: (usize, usize)) {
        self.edge.resize(dim);
        for board in [
            &mut self.right,
            &mut self.below,
            &mut self.coupling,
            &mut self.constant_u,
            &mut self.constant_v,
            &mut self.step_u,
            &mut self.step_v,
        ] {
            board.resize(dim);
        }
        let Lines { right, above, below, coupling, constant_u, constant_v, step_u, step_v } = &mut self.lines;
        for line in [right, above, below, coupling, constant_u, constant_v, step_u, step_v] {
            line.resize(dim.1, 0.0);
        }
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

    fn store_row(&mut self, row: usize) {
        self.right.set_row(row, &self.lines.right);
        self.below.set_row(row, &self.lines.below);
        self.coupling.set_row(row, &self.lines.coupling);
        self.constant_u.set_row(row, &self.lines.constant_u);
        self.constant_v.set_row(row, &self.lines.constant_v);
        self.step_u.set_row(row, &self.lines.step_u);
        self.step_v.set_row(row, &self.lines.step_v);
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
        let Lines { right, above, below, coupling, constant_u, constant_v, step_u, step_v } = lines;
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
        finish_steps([right, above, below], step_u);
        finish_steps([right, above, below], step_v);
    }
}

/// Turns the brightness constraint's share of the diagonal into the step of the relaxation.
#[inline(always)]
fn finish_steps(weights: [&[f32]; 3], steps: &mut [f32]) {
    /// Keeps a single pixel without neighbours from dividing by zero.
    const TINY: f32 = 1e-12;
    let width = steps.len();
    let [right, above, below] = weights.map(|w| &w[..width]);
    let diagonal = |i: usize, left: f32| (left + right[i]) + (above[i] + below[i]) + TINY;
    steps[0] = OMEGA / (steps[0] + diagonal(0, 0.0));
    for i in 1..width {
        steps[i] = OMEGA / (steps[i] + diagonal(i, right[i - 1]));
    }
}
