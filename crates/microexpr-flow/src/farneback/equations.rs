use microexpr_core::vectorized;

use super::polynomial::COEFFICIENTS;
use crate::plane::Plane;

/// Values of a pixel's coefficients in memory, padded to a SIMD register.
const CELL: usize = 8;
/// How much pixels near the border count, from the border inwards.
const BORDER: [f32; 5] = [0.14, 0.14, 0.4472, 0.4472, 0.4472];

/// The coefficients of a frame, pixel by pixel, so that one lookup reads all of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells {
    height: usize,
    width: usize,
    values: Vec<f32>,
}

impl Cells {
    pub(super) fn set(&mut self, planes: &[Plane]) {
        (self.height, self.width) = planes[0].dim();
        // A row and a cell more, which count for nothing: every pixel has neighbours to the right and below.
        self.values.resize(((self.height + 1) * self.width + 1) * CELL, 0.0);
        for (row, line) in self.values.chunks_exact_mut(self.width * CELL).take(self.height).enumerate() {
            let rows: [&[f32]; COEFFICIENTS] = std::array::from_fn(|i| planes[i].row(row));
            for (col, cell) in line.chunks_exact_mut(CELL).enumerate() {
                for (value, row) in cell.iter_mut().zip(rows) {
                    *value = row[col];
                }
            }
        }
    }
}

/// The equations of every pixel's displacement: the entries `[g_yy, g_xy, g_xx, h_y, h_x]` of `G d = h`.
#[derive(Debug, Clone, Default)]
pub(super) struct Equations {
    pub(super) planes: [Plane; COEFFICIENTS],
    /// A row of the other frame at the displaced positions, as cells and as lines.
    cells: Vec<f32>,
    moved: [Vec<f32>; COEFFICIENTS],
    displaced: Displaced,
    /// What a column's distance from the border makes its equations count.
    weights: Vec<f32>,
}

impl Equations {
    /// Compares the polynomials of one frame with those of the other at the displaced positions.
    pub(super) fn update(&mut self, from: &[Plane], to: &Cells, u: &Plane, v: &Plane) {
        let dim = u.dim();
        self.planes.iter_mut().for_each(|plane| plane.resize(dim));
        self.moved.iter_mut().for_each(|line| line.resize(dim.1, 0.0));
        self.cells.resize(dim.1 * CELL, 0.0);
        self.weights = (0..dim.1).map(|col| border_weight(col, dim.1)).collect();
        for row in 0..dim.0 {
            self.displaced.set(row, u.row(row), v.row(row), dim);
            look_up(to, &self.displaced, &mut self.cells);
            deal(&self.cells, self.moved.each_mut().map(Vec::as_mut_slice));
            let out = self.planes.each_mut().map(|plane| plane.row_mut(row));
            let own: [&[f32]; COEFFICIENTS] = std::array::from_fn(|i| from[i].row(row));
            let moved = self.moved.each_ref().map(Vec::as_slice);
            let flow = [u.row(row), v.row(row)];
            form_row(own, moved, &self.displaced.known, flow, border_weight(row, dim.0), &self.weights, out);
        }
    }
}

/// Weight of the equations of line `at` of `len`.
fn border_weight(at: usize, len: usize) -> f32 {
    let weight = |distance: usize| BORDER.get(distance).copied().unwrap_or(1.0);
    (weight(at) * weight(len - 1 - at)).powi(2)
}

/// Where the pixels of a row are displaced to.
#[derive(Debug, Clone, Default)]
struct Displaced {
    /// 0 for pixels displaced out of the frame, else 1.
    known: Vec<f32>,
    /// The cell above and to the left; the frame's first one for pixels displaced out of it.
    cells: Vec<i32>,
    /// How much the four cells around count: nothing for pixels displaced out of the frame.
    weights: [Vec<f32>; 4],
}

impl Displaced {
    fn set(&mut self, row: usize, u: &[f32], v: &[f32], dim: (usize, usize)) {
        self.known.resize(dim.1, 0.0);
        self.cells.resize(dim.1, 0);
        self.weights.iter_mut().for_each(|weights| weights.resize(dim.1, 0.0));
        let weights = self.weights.each_mut().map(Vec::as_mut_slice);
        displace(row, [u, v], dim, &mut self.known, &mut self.cells, weights);
    }
}

vectorized! {
    fn displace(
        row: usize,
        flow: [&[f32]; 2],
        dim: (usize, usize),
        known: &mut [f32],
        cells: &mut [i32],
        weights: [&mut [f32]; 4],
    ) {
        let (height, width) = dim;
        let [u, v] = flow.map(|line| &line[..width]);
        let (known, cells) = (&mut known[..width], &mut cells[..width]);
        let [a, b, c, d] = weights.map(|line| &mut line[..width]);
        let (right, bottom) = ((width - 1) as f32, (height - 1) as f32);
        for col in 0..width {
            // Signed numbers convert in one instruction.
            let (x, y) = (col as i32 as f32 + u[col], row as i32 as f32 + v[col]);
            let inside = (x >= 0.0) & (y >= 0.0) & (x < right) & (y < bottom);
            let (x, y, one) = if inside { (x, y, 1.0) } else { (0.0, 0.0, 0.0) };
            let (left, top) = (x as i32, y as i32);
            let (fx, fy) = (x - left as f32, y - top as f32);
            known[col] = one;
            cells[col] = top * width as i32 + left;
            (a[col], b[col]) = (one * (1.0 - fx) * (1.0 - fy), fx * (1.0 - fy));
            (c[col], d[col]) = ((1.0 - fx) * fy, fx * fy);
        }
    }
}

vectorized! {
    /// Bilinear values at a row's displaced positions.
    fn look_up(to: &Cells, at: &Displaced, cells: &mut [f32]) {
        let width = to.width;
        let (first, [a, b, c, d]) = (&at.cells[..width], at.weights.each_ref().map(|line| &line[..width]));
        for (col, cell) in cells.as_chunks_mut::<CELL>().0.iter_mut().enumerate().take(width) {
            let first = first[col] as usize * CELL;
            let upper = &to.values[first..][..2 * CELL];
            let lower = &to.values[first + width * CELL..][..2 * CELL];
            for i in 0..CELL {
                cell[i] = (a[col] * upper[i] + b[col] * upper[CELL + i])
                    + (c[col] * lower[i] + d[col] * lower[CELL + i]);
            }
        }
    }
}

vectorized! {
    /// Cells to one line per coefficient.
    fn deal(cells: &[f32], lines: [&mut [f32]; COEFFICIENTS]) {
        let width = cells.len() / CELL;
        let [a, b, c, d, e] = lines.map(|line| &mut line[..width]);
        for (i, cell) in cells.chunks_exact(CELL).enumerate() {
            (a[i], b[i], c[i], d[i], e[i]) = (cell[0], cell[1], cell[2], cell[3], cell[4]);
        }
    }
}

vectorized! {
    fn form_row(
        own: [&[f32]; COEFFICIENTS],
        moved: [&[f32]; COEFFICIENTS],
        known: &[f32],
        flow: [&[f32]; 2],
        row_weight: f32,
        weights: &[f32],
        out: [&mut [f32]; COEFFICIENTS],
    ) {
        let width = known.len();
        let [by, bx, ayy, axx, axy] = own.map(|line| &line[..width]);
        let [moved_by, moved_bx, moved_ayy, moved_axx, moved_axy] = moved.map(|line| &line[..width]);
        let [u, v] = flow.map(|line| &line[..width]);
        let weights = &weights[..width];
        let [g_yy, g_xy, g_xx, h_y, h_x] = out.map(|line| &mut line[..width]);
        for i in 0..width {
            // Where the other frame is unknown its curvature counts as the same and its slope as 0.
            let other = 1.0 - known[i];
            let a_yy = 0.5 * (ayy[i] + moved_ayy[i] + other * ayy[i]);
            let a_xx = 0.5 * (axx[i] + moved_axx[i] + other * axx[i]);
            let a_xy = 0.25 * (axy[i] + moved_axy[i] + other * axy[i]);
            let b_y = 0.5 * (by[i] - moved_by[i]) + (a_yy * v[i] + a_xy * u[i]);
            let b_x = 0.5 * (bx[i] - moved_bx[i]) + (a_xy * v[i] + a_xx * u[i]);
            let weight = row_weight * weights[i];
            g_yy[i] = weight * (a_yy * a_yy + a_xy * a_xy);
            g_xy[i] = weight * ((a_yy + a_xx) * a_xy);
            g_xx[i] = weight * (a_xx * a_xx + a_xy * a_xy);
            h_y[i] = weight * (a_yy * b_y + a_xy * b_x);
            h_x[i] = weight * (a_xy * b_y + a_xx * b_x);
        }
    }
}
