use microexpr_core::border::reflect_101;
use microexpr_core::vectorized;

use crate::plane::Plane;

/// An image and its two derivatives, pixel by pixel, so that one warp moves all three.
const CELL: usize = 4;
type Cell = [f32; CELL];
/// Two cells side by side: a SIMD register.
const PAIR: usize = 2 * CELL;

/// Pole of the filter that turns values into coefficients of cubic B-splines, `√3 − 2`.
const POLE: f32 = -0.267_949_2;
/// Terms after which a power of the pole is below the precision of `f32`.
const TERMS: usize = 14;

/// Backward warping of an image together with its derivatives, by cubic splines through their values.
///
/// Source: M. Unser, A. Aldroubi, M. Eden, "B-Spline Signal Processing: Part II – Efficient Design and Applications", IEEE
/// Transactions on Signal Processing 41(2), 1993. Local kernels (Catmull-Rom, OpenCV's) flatten or exaggerate the fine
/// structure by an amount that depends on the displacement's fraction, which the data term takes for motion.
#[derive(Debug, Clone, Default)]
pub(super) struct GradientWarp {
    height: usize,
    width: usize,
    /// Spline coefficients.
    cells: Vec<Cell>,
    line: Vec<Cell>,
}

impl GradientWarp {
    /// Takes the image, its derivative along x and that along y.
    pub(super) fn set(&mut self, planes: &[Plane]) {
        (self.height, self.width) = planes[0].dim();
        self.line.resize(self.width, [0.0; CELL]);
        self.cells.clear();
        for row in 0..self.height {
            let derivatives = planes[1].row(row).iter().zip(planes[2].row(row));
            let pixels = planes[0].row(row).iter().zip(derivatives);
            self.cells.extend(pixels.map(|(image, (dx, dy))| [*image, *dx, *dy, 0.0]));
        }
        self.cells.chunks_exact_mut(self.width).for_each(to_coefficients);
        columns_to_coefficients(&mut self.cells, self.width, &mut self.line);
    }

    /// Samples at `x + (u, v)`; beyond the image its border repeats.
    pub(super) fn run(&mut self, u: &Plane, v: &Plane, out: [&mut Plane; 3]) {
        let [image, dx, dy] = out;
        for plane in [&mut *image, &mut *dx, &mut *dy] {
            plane.resize((self.height, self.width));
        }
        for row in 0..self.height {
            let dim = (self.height, self.width);
            warp_cells(&self.cells, dim, row, (u.row(row), v.row(row)), &mut self.line);
            deal(&self.line, [image.row_mut(row), dx.row_mut(row), dy.row_mut(row)]);
        }
    }
}

vectorized! {
    /// Values of a line to coefficients, the line mirrored at its first and last value.
    fn to_coefficients(line: &mut [Cell]) {
        let last = line.len() - 1;
        if last == 0 {
            return;
        }
        line[0] = start(|i| line[i], line.len());
        for i in 1..line.len() {
            let before = line[i - 1];
            add_scaled(POLE, &before, &mut line[i]);
        }
        let before = line[last - 1];
        line[last] = end(line[last], before);
        for i in (0..last).rev() {
            let after = line[i + 1];
            for k in 0..CELL {
                line[i][k] = POLE * (after[k] - line[i][k]);
            }
        }
        // The gain of the filter.
        line.iter_mut().flatten().for_each(|value| *value *= 6.0);
    }
}

vectorized! {
    /// [`to_coefficients`] of all columns side by side.
    fn columns_to_coefficients(cells: &mut [Cell], width: usize, first: &mut [Cell]) {
        let height = cells.len() / width;
        if height == 1 {
            return;
        }
        for (col, cell) in first.iter_mut().enumerate() {
            *cell = start(|row| cells[row * width + col], height);
        }
        cells[..width].copy_from_slice(first);
        for row in 1..height {
            let (above, here) = cells[(row - 1) * width..(row + 1) * width].split_at_mut(width);
            for (here, above) in here.as_flattened_mut().iter_mut().zip(above.as_flattened()) {
                *here += POLE * above;
            }
        }
        let (above, last) = cells[(height - 2) * width..].split_at_mut(width);
        for (last, above) in last.iter_mut().zip(above) {
            *last = end(*last, *above);
        }
        for row in (0..height - 1).rev() {
            let (here, below) = cells[row * width..(row + 2) * width].split_at_mut(width);
            for (here, below) in here.as_flattened_mut().iter_mut().zip(below.as_flattened()) {
                *here = POLE * (below - *here);
            }
        }
        cells.iter_mut().flatten().for_each(|value| *value *= 6.0);
    }
}

/// First value of the causal filter over a mirrored line of `length` values.
#[inline(always)]
fn start(value: impl Fn(usize) -> Cell, length: usize) -> Cell {
    let mut sum = [0.0; CELL];
    let mut power = 1.0;
    for i in 0..TERMS {
        add_scaled(power, &value(reflect_101(i as isize, length)), &mut sum);
        power *= POLE;
    }
    sum
}

/// First value of the anti-causal filter, from the last two of the causal one.
#[inline(always)]
fn end(last: Cell, before: Cell) -> Cell {
    std::array::from_fn(|k| POLE / (POLE * POLE - 1.0) * (POLE * before[k] + last[k]))
}

#[inline(always)]
fn add_scaled(weight: f32, cell: &Cell, sum: &mut Cell) {
    for k in 0..CELL {
        sum[k] += weight * cell[k];
    }
}

vectorized! {
    fn warp_cells(cells: &[Cell], dim: (usize, usize), row: usize, flow: (&[f32], &[f32]), out: &mut [Cell]) {
        let (last_row, last_col) = ((dim.0 - 1) as f32, (dim.1 - 1) as f32);
        for (col, (cell, (u, v))) in out.iter_mut().zip(flow.0.iter().zip(flow.1)).enumerate() {
            // Signed numbers convert in one instruction.
            let x = (col as i32 as f32 + u).clamp(0.0, last_col);
            let y = (row as i32 as f32 + v).clamp(0.0, last_row);
            *cell = spline_cell(cells, dim, x, y);
        }
    }
}

/// The spline at a position inside the image.
#[inline(always)]
fn spline_cell(cells: &[Cell], (height, width): (usize, usize), x: f32, y: f32) -> Cell {
    let (col, row) = (x as i32, y as i32);
    let (wx, wy) = (spline_weights(x - col as f32), spline_weights(y - row as f32));
    let (col, row) = (col as usize, row as usize);
    let (mut left, mut right) = ([0.0; PAIR], [0.0; PAIR]);
    if col >= 1 && row >= 1 && col + 2 < width && row + 2 < height {
        for (k, wy) in wy.iter().enumerate() {
            let taps = cells[(row - 1 + k) * width + col - 1..][..4].as_flattened();
            add(*wy, &taps[..PAIR], &mut left);
            add(*wy, &taps[PAIR..], &mut right);
        }
    } else {
        let mirrored = |at: usize, tap: usize, length: usize| reflect_101((at + tap) as isize - 1, length);
        for (k, wy) in wy.iter().enumerate() {
            let line = &cells[mirrored(row, k, height) * width..][..width];
            let tap = |i: usize| line[mirrored(col, i, width)];
            add(*wy, [tap(0), tap(1)].as_flattened(), &mut left);
            add(*wy, [tap(2), tap(3)].as_flattened(), &mut right);
        }
    }
    let mut sum = [0.0; CELL];
    for i in 0..CELL {
        sum[i] = (wx[0] * left[i] + wx[1] * left[CELL + i]) + (wx[2] * right[i] + wx[3] * right[CELL + i]);
    }
    sum
}

/// Weights of the coefficients at −1, 0, 1, 2 for a position `t` in `0..1`.
#[inline(always)]
fn spline_weights(t: f32) -> [f32; 4] {
    const SIXTH: f32 = 1.0 / 6.0;
    let (s, t2, t3) = (1.0 - t, t * t, t * t * t);
    [s * s * s, 4.0 - 6.0 * t2 + 3.0 * t3, 1.0 + 3.0 * (t + t2 - t3), t3].map(|w| SIXTH * w)
}

#[inline(always)]
fn add(weight: f32, pair: &[f32], sum: &mut [f32; PAIR]) {
    let pair = &pair[..PAIR];
    for i in 0..PAIR {
        sum[i] += weight * pair[i];
    }
}

vectorized! {
    fn deal(cells: &[Cell], lines: [&mut [f32]; 3]) {
        let width = cells.len();
        let [image, dx, dy] = lines.map(|line| &mut line[..width]);
        for (i, cell) in cells.iter().enumerate() {
            (image[i], dx[i], dy[i]) = (cell[0], cell[1], cell[2]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spline_passes_through_the_values_and_reproduces_a_cubic_between_them() {
        for (height, width) in [(1, 1), (1, 7), (5, 1), (2, 3), (30, 40)] {
            let value = |row: usize, col: usize| ((row * 31 + col * 17) % 23) as f32;
            let image = Plane::from_data(
                (height, width),
                (0..height * width).map(|i| value(i / width, i % width)).collect(),
            );
            let mut warp = GradientWarp::default();
            warp.set(&[image.clone(), image.clone(), image.clone()]);
            let zeros = Plane::zeros((height, width));
            let mut out = [Plane::default(), Plane::default(), Plane::default()];
            let [a, b, c] = &mut out;
            warp.run(&zeros, &zeros, [a, b, c]);
            for plane in &out {
                for row in 0..height {
                    for (found, expected) in plane.row(row).iter().zip(image.row(row)) {
                        assert!((found - expected).abs() < 1e-4, "{found} {expected} in {height}x{width}");
                    }
                }
            }
        }
        let cubic = |x: f32| 0.002 * x * x * x - 0.1 * x * x + x;
        let image = Plane::from_data(
            (40, 40),
            (0..1600).map(|i| cubic((i % 40) as f32) + cubic((i / 40) as f32)).collect(),
        );
        let mut warp = GradientWarp::default();
        warp.set(&[image.clone(), image.clone(), image]);
        let (u, v) =
            (Plane::from_data((40, 40), vec![0.3; 1600]), Plane::from_data((40, 40), vec![-0.4; 1600]));
        let mut out = [Plane::default(), Plane::default(), Plane::default()];
        let [a, b, c] = &mut out;
        warp.run(&u, &v, [a, b, c]);
        // Away from the border, where the mirror image is no cubic.
        for row in 14..26 {
            for col in 14..26 {
                let expected = cubic(col as f32 + 0.3) + cubic(row as f32 - 0.4);
                let found = out[0].row(row)[col];
                assert!((found - expected).abs() < 1e-3, "{found} {expected}");
            }
        }
    }
}
