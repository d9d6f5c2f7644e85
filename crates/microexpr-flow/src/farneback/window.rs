use microexpr_core::vectorized;

use super::FarnebackWindow;
use super::equations::Equations;
use super::polynomial::COEFFICIENTS;
use crate::filter::{Symmetry, add_pair, correlate_line, scale_line};
use crate::lanes::LANES;
use crate::plane::Plane;

/// Keeps the equations of flat areas solvable.
const REGULARIZATION: f32 = 1e-3;

/// Averages equations over a window around every pixel and solves them; beyond the image its border repeats.
#[derive(Debug, Clone, Default)]
pub(super) struct Averaging {
    /// Sums over the rows of a box, per column.
    sums: [Vec<f64>; COEFFICIENTS],
    /// A row of column sums between repeated ends.
    line: Vec<f32>,
    averages: [Vec<f32>; COEFFICIENTS],
}

impl Averaging {
    pub(super) fn solve(
        &mut self,
        equations: &Equations,
        window: FarnebackWindow,
        win_size: usize,
        u: &mut Plane,
        v: &mut Plane,
    ) {
        let (height, width) = u.dim();
        let radius = win_size / 2;
        self.averages.iter_mut().for_each(|line| line.resize(width, 0.0));
        self.line.resize(width + 2 * radius, 0.0);
        let gaussian = half_gaussian(radius);
        for row in 0..height {
            for i in 0..COEFFICIENTS {
                let plane = &equations.planes[i];
                match window {
                    FarnebackWindow::Box => self.average_box(plane, i, row, radius),
                    FarnebackWindow::Gaussian => self.average_gaussian(plane, i, row, &gaussian),
                }
            }
            let scale = match window {
                FarnebackWindow::Box => 1.0 / (win_size * win_size) as f32,
                FarnebackWindow::Gaussian => 1.0,
            };
            solve_row(self.averages.each_ref().map(Vec::as_slice), scale, u.row_mut(row), v.row_mut(row));
        }
    }

    fn average_box(&mut self, plane: &Plane, index: usize, row: usize, radius: usize) {
        let (height, width) = plane.dim();
        let sums = &mut self.sums[index];
        let below = |distance: usize| plane.row((row + distance).min(height - 1));
        if row == 0 {
            sums.clear();
            sums.resize(width, 0.0);
            (0..=radius).for_each(|_| add_row(plane.row(0), sums));
            (1..=radius).for_each(|k| add_row(below(k), sums));
        } else {
            replace_row(below(radius), plane.row((row - 1).saturating_sub(radius)), sums);
        }
        round_row(sums, &mut self.line[radius..radius + width]);
        repeat_ends(&mut self.line, radius);
        box_sums(&self.line, 2 * radius + 1, &mut self.averages[index]);
    }

    fn average_gaussian(&mut self, plane: &Plane, index: usize, row: usize, half: &[f32]) {
        let (height, width) = plane.dim();
        let radius = half.len() - 1;
        let middle = &mut self.line[radius..radius + width];
        scale_line(plane.row(row), half[0], middle);
        for (k, weight) in half.iter().enumerate().skip(1) {
            let (above, below) = (plane.row(row.saturating_sub(k)), plane.row((row + k).min(height - 1)));
            add_pair(above, below, *weight, Symmetry::Even, middle);
        }
        repeat_ends(&mut self.line, radius);
        correlate_line(&self.line, half, Symmetry::Even, &mut self.averages[index]);
    }
}

/// Right half of a Gaussian over `2·radius + 1` pixels with standard deviation `0.3·radius`, its whole having sum 1.
fn half_gaussian(radius: usize) -> Vec<f32> {
    let sigma = (0.3 * radius as f64).max(1e-3);
    let weight = |x: usize| (-((x * x) as f64) / (2.0 * sigma * sigma)).exp();
    let total = 1.0 + 2.0 * (1..=radius).map(weight).sum::<f64>();
    (0..=radius).map(|x| (weight(x) / total) as f32).collect()
}

fn repeat_ends(line: &mut [f32], radius: usize) {
    let end = line.len() - radius;
    let (first, last) = (line[radius], line[end - 1]);
    line[..radius].fill(first);
    line[end..].fill(last);
}

vectorized! {
    fn add_row(row: &[f32], sums: &mut [f64]) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += f64::from(*value);
        }
    }
}

vectorized! {
    fn replace_row(new: &[f32], old: &[f32], sums: &mut [f64]) {
        for ((sum, new), old) in sums.iter_mut().zip(new).zip(old) {
            *sum += f64::from(*new) - f64::from(*old);
        }
    }
}

vectorized! {
    fn round_row(sums: &[f64], out: &mut [f32]) {
        for (value, sum) in out.iter_mut().zip(sums) {
            *value = *sum as f32;
        }
    }
}

vectorized! {
    /// Sums of `length` neighbours, an odd number, put together from sums of 1, 2, 4, … of them: a register of them at a time, so that no
    /// sum on the way is stored.
    fn box_sums(line: &[f32], length: usize, out: &mut [f32]) {
        let (registers, rest) = out.as_chunks_mut::<LANES>();
        let whole = registers.len() * LANES;
        for (register, sums) in registers.iter_mut().enumerate() {
            *sums = box_sum(line, register * LANES, length);
        }
        for (at, sum) in rest.iter_mut().enumerate() {
            [*sum] = box_sum(line, whole + at, length);
        }
    }
}

/// The sums of `length` values from `at` on, and from the `N - 1` places behind it.
#[inline(always)]
fn box_sum<const N: usize>(line: &[f32], at: usize, length: usize) -> [f32; N] {
    let mut sum = values(line, at);
    let (mut start, mut step) = (at + 1, 2);
    while start < at + length {
        if length & step != 0 {
            sum = plus(sum, power_sum(line, start, step));
            start += step;
        }
        step *= 2;
    }
    sum
}

/// The same of `length` values, a power of two of at least 2.
#[inline(always)]
fn power_sum<const N: usize>(line: &[f32], at: usize, length: usize) -> [f32; N] {
    match length {
        2 => two(line, at),
        4 => four(line, at),
        _ => {
            let mut sum = eight(line, at);
            for next in (at + 8..at + length).step_by(8) {
                sum = plus(sum, eight(line, next));
            }
            sum
        }
    }
}

#[inline(always)]
fn two<const N: usize>(line: &[f32], at: usize) -> [f32; N] {
    plus(values(line, at), values(line, at + 1))
}

#[inline(always)]
fn four<const N: usize>(line: &[f32], at: usize) -> [f32; N] {
    plus(two(line, at), two(line, at + 2))
}

#[inline(always)]
fn eight<const N: usize>(line: &[f32], at: usize) -> [f32; N] {
    plus(four(line, at), four(line, at + 4))
}

#[inline(always)]
fn values<const N: usize>(line: &[f32], at: usize) -> [f32; N] {
    let line = &line[at..][..N];
    std::array::from_fn(|lane| line[lane])
}

#[inline(always)]
fn plus<const N: usize>(a: [f32; N], b: [f32; N]) -> [f32; N] {
    std::array::from_fn(|lane| a[lane] + b[lane])
}

vectorized! {
    fn solve_row(averages: [&[f32]; COEFFICIENTS], scale: f32, u: &mut [f32], v: &mut [f32]) {
        let width = u.len();
        let v = &mut v[..width];
        let [g_yy, g_xy, g_xx, h_y, h_x] = averages.map(|line| &line[..width]);
        for i in 0..width {
            let (yy, xy, xx) = (scale * g_yy[i], scale * g_xy[i], scale * g_xx[i]);
            let (y, x) = (scale * h_y[i], scale * h_x[i]);
            let inverse = 1.0 / (yy * xx - xy * xy + REGULARIZATION);
            u[i] = (yy * x - xy * y) * inverse;
            v[i] = (xx * y - xy * x) * inverse;
        }
    }
}
