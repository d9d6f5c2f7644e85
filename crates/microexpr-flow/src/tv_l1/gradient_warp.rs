use microexpr_core::vectorized;

use crate::plane::Plane;
use crate::plane_warp::cubic_weights;

/// An image and its two derivatives, pixel by pixel, so that one warp moves all three.
const CELL: usize = 4;
type Cell = [f32; CELL];
/// Two cells side by side: a SIMD register.
const PAIR: usize = 2 * CELL;

/// Backward warping of an image together with its derivatives.
#[derive(Debug, Clone, Default)]
pub(super) struct GradientWarp {
    height: usize,
    width: usize,
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
    }

    /// Samples at `x + (u, v)` by cubic convolution; beyond the image its border repeats.
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
    fn warp_cells(cells: &[Cell], dim: (usize, usize), row: usize, flow: (&[f32], &[f32]), out: &mut [Cell]) {
        let (last_row, last_col) = ((dim.0 - 1) as f32, (dim.1 - 1) as f32);
        for (col, (cell, (u, v))) in out.iter_mut().zip(flow.0.iter().zip(flow.1)).enumerate() {
            // Signed numbers convert in one instruction.
            let x = (col as i32 as f32 + u).clamp(0.0, last_col);
            let y = (row as i32 as f32 + v).clamp(0.0, last_row);
            *cell = cubic_cell(cells, dim, x, y);
        }
    }
}

/// Catmull-Rom interpolation of a cell at a position inside the image.
#[inline(always)]
fn cubic_cell(cells: &[Cell], (height, width): (usize, usize), x: f32, y: f32) -> Cell {
    let (col, row) = (x as i32, y as i32);
    let (wx, wy) = (cubic_weights(x - col as f32), cubic_weights(y - row as f32));
    let (col, row) = (col as usize, row as usize);
    let (mut left, mut right) = ([0.0; PAIR], [0.0; PAIR]);
    if col >= 1 && row >= 1 && col + 2 < width && row + 2 < height {
        for (k, wy) in wy.iter().enumerate() {
            let taps = cells[(row - 1 + k) * width + col - 1..][..4].as_flattened();
            add(*wy, &taps[..PAIR], &mut left);
            add(*wy, &taps[PAIR..], &mut right);
        }
    } else {
        for (k, wy) in wy.iter().enumerate() {
            let line = &cells[(row + k).saturating_sub(1).min(height - 1) * width..][..width];
            let tap = |i: usize| line[(col + i).saturating_sub(1).min(width - 1)];
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
