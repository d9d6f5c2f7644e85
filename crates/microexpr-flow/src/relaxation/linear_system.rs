use microexpr_core::vectorized;

use super::checkerboard::Checkerboard;

/// Two linear equations per pixel for a smooth flow.
///
/// Per pixel: `(Σ_n g_n + a_uu)·u = Σ_n g_n·u_n + constant_u − coupling·v` over the four neighbours `n`, and alike for `v`
/// with `a_vv`.
#[derive(Debug, Clone, Default)]
pub(crate) struct LinearSystem {
    /// `g` towards the right neighbour; zero in the last column.
    pub(super) right: Checkerboard,
    /// `g` towards the lower neighbour; zero in the last row.
    pub(super) below: Checkerboard,
    pub(super) coupling: Checkerboard,
    pub(super) constant_u: Checkerboard,
    pub(super) constant_v: Checkerboard,
    /// Over-relaxation factor over the diagonal.
    pub(super) step_u: Checkerboard,
    pub(super) step_v: Checkerboard,
    lines: Lines,
}

/// One row of a [`LinearSystem`] before it is dealt to the two colours.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines {
    pub(crate) right: Vec<f32>,
    above: Vec<f32>,
    pub(crate) below: Vec<f32>,
    pub(crate) coupling: Vec<f32>,
    pub(crate) constant_u: Vec<f32>,
    pub(crate) constant_v: Vec<f32>,
    /// `a_uu` when a row is built.
    pub(crate) step_u: Vec<f32>,
    /// `a_vv` when a row is built.
    pub(crate) step_v: Vec<f32>,
}

impl LinearSystem {
    /// Builds all rows in order: `build` fills the lines of a row.
    pub(crate) fn build(
        &mut self,
        dim: (usize, usize),
        omega: f32,
        mut build: impl FnMut(usize, &mut Lines),
    ) {
        self.resize(dim);
        self.lines.below.fill(0.0);
        for row in 0..dim.0 {
            std::mem::swap(&mut self.lines.above, &mut self.lines.below);
            build(row, &mut self.lines);
            let Lines { right, above, below, step_u, step_v, .. } = &mut self.lines;
            finish_steps([right, above, below], omega, step_u);
            finish_steps([right, above, below], omega, step_v);
            self.store_row(row);
        }
    }

    fn resize(&mut self, dim: (usize, usize)) {
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

vectorized! {
    /// Turns the data's share of the diagonal into the step of the relaxation.
    fn finish_steps(weights: [&[f32]; 3], omega: f32, steps: &mut [f32]) {
        /// Keeps a single pixel without neighbours from dividing by zero.
        const TINY: f32 = 1e-12;
        let width = steps.len();
        let [right, above, below] = weights.map(|w| &w[..width]);
        let diagonal = |i: usize, left: f32| (left + right[i]) + (above[i] + below[i]) + TINY;
        steps[0] = omega / (steps[0] + diagonal(0, 0.0));
        for i in 1..width {
            steps[i] = omega / (steps[i] + diagonal(i, right[i - 1]));
        }
    }
}
