use microexpr_core::vectorized;

use super::checkerboard::{Checkerboard, OtherColour};
use super::linear_system::LinearSystem;
use crate::plane::Plane;

/// Successive over-relaxation of a [`LinearSystem`] in red-black order.
#[derive(Debug, Clone, Default)]
pub(crate) struct OverRelaxation {
    u: Checkerboard,
    v: Checkerboard,
}

impl OverRelaxation {
    /// Improves the flow `(u, v)` by `sweeps` sweeps, `omega` being the factor that the system was built with.
    pub(crate) fn run(
        &mut self,
        system: &LinearSystem,
        omega: f32,
        sweeps: usize,
        u: &mut Plane,
        v: &mut Plane,
    ) {
        self.u.set(u);
        self.v.set(v);
        for _ in 0..sweeps {
            for colour in 0..2 {
                for row in 0..u.dim().0 {
                    self.relax_row(system, omega, colour, row);
                }
            }
        }
        self.u.store(u);
        self.v.store(v);
    }

    fn relax_row(&mut self, system: &LinearSystem, omega: f32, colour: usize, row: usize) {
        let at = row as isize;
        // Red pixels of even rows and black ones of odd rows stand in even columns.
        let shift = (row + colour) % 2;
        let weights = Neighbours {
            left: &system.right.row(1 - colour, at)[shift..],
            right: &system.right.row(colour, at)[1..],
            above: &system.below.row(1 - colour, at - 1)[1..],
            below: &system.below.row(colour, at)[1..],
        };
        let equations = Equations {
            coupling: &system.coupling.row(colour, at)[1..],
            constant_u: &system.constant_u.row(colour, at)[1..],
            constant_v: &system.constant_v.row(colour, at)[1..],
            step_u: &system.step_u.row(colour, at)[1..],
            step_v: &system.step_v.row(colour, at)[1..],
        };
        let (u, around_u) = self.u.row_and_other(colour, row);
        let (v, around_v) = self.v.row_and_other(colour, row);
        relax(
            u,
            v,
            Neighbours::of(around_u, at, shift),
            Neighbours::of(around_v, at, shift),
            weights,
            equations,
            omega,
        );
    }
}

/// Per pixel of one colour in a row: something about its four neighbours.
#[derive(Clone, Copy)]
struct Neighbours<'a> {
    left: &'a [f32],
    right: &'a [f32],
    above: &'a [f32],
    below: &'a [f32],
}

impl<'a> Neighbours<'a> {
    #[inline(always)]
    fn of(other: OtherColour<'a>, row: isize, shift: usize) -> Self {
        Self {
            left: &other.row(row)[shift..],
            right: &other.row(row)[shift + 1..],
            above: &other.row(row - 1)[1..],
            below: &other.row(row + 1)[1..],
        }
    }

    #[inline(always)]
    fn first(self, n: usize) -> Self {
        Self {
            left: &self.left[..n],
            right: &self.right[..n],
            above: &self.above[..n],
            below: &self.below[..n],
        }
    }
}

/// Per pixel of one colour in a row: the two equations without the neighbours.
#[derive(Clone, Copy)]
struct Equations<'a> {
    coupling: &'a [f32],
    constant_u: &'a [f32],
    constant_v: &'a [f32],
    step_u: &'a [f32],
    step_v: &'a [f32],
}

vectorized! {
    fn relax(
        u: &mut [f32],
        v: &mut [f32],
        near_u: Neighbours<'_>,
        near_v: Neighbours<'_>,
        weights: Neighbours<'_>,
        equations: Equations<'_>,
        omega: f32,
    ) {
        let n = u.len();
        let v = &mut v[..n];
        let (near_u, near_v, w) = (near_u.first(n), near_v.first(n), weights.first(n));
        let (coupling, step_u, step_v) = (&equations.coupling[..n], &equations.step_u[..n], &equations.step_v[..n]);
        let (constant_u, constant_v) = (&equations.constant_u[..n], &equations.constant_v[..n]);
        for i in 0..n {
            let (left, right, above, below) = (w.left[i], w.right[i], w.above[i], w.below[i]);
            let around_u = (left * near_u.left[i] + right * near_u.right[i])
                + (above * near_u.above[i] + below * near_u.below[i]);
            let around_v = (left * near_v.left[i] + right * near_v.right[i])
                + (above * near_v.above[i] + below * near_v.below[i]);
            let new_u = (1.0 - omega) * u[i] + step_u[i] * (around_u + constant_u[i] - coupling[i] * v[i]);
            u[i] = new_u;
            v[i] = (1.0 - omega) * v[i] + step_v[i] * (around_v + constant_v[i] - coupling[i] * new_u);
        }
    }
}
