use microexpr_core::vectorized;

use crate::plane::Plane;

/// Side of a patch in pixels.
pub(super) const SIDE: usize = 8;
/// Pixels around a padded plane; patches may leave the image by this much.
pub(super) const MARGIN: usize = 16;
const AREA: f32 = (SIDE * SIDE) as f32;
/// Added to the sums of squared derivatives (Levenberg's damping): derivatives of one grey level per pixel in the whole patch,
/// which is what rounding and noise make. Patches without texture of their own take short steps.
const DAMPING: f32 = AREA * (1.0 / 255.0) * (1.0 / 255.0);

/// One row of a patch.
pub(super) type Row = [f32; SIDE];

/// The plane with its border repeated [`MARGIN`] times on every side.
pub(super) fn padded(plane: &Plane) -> Plane {
    let (height, width) = plane.dim();
    let mut out = Plane::zeros((height + 2 * MARGIN, width + 2 * MARGIN));
    for row in 0..height + 2 * MARGIN {
        let source = plane.row(row.saturating_sub(MARGIN).min(height - 1));
        let target = out.row_mut(row);
        target[..MARGIN].fill(source[0]);
        target[MARGIN..MARGIN + width].copy_from_slice(source);
        target[MARGIN + width..].fill(source[width - 1]);
    }
    out
}

/// A patch of the first frame, its gradients, and what a descent step needs of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Patch {
    pub(super) pixels: [Row; SIDE],
    dx: [Row; SIDE],
    dy: [Row; SIDE],
    sum: [f32; 2],
    inverse: [f32; 3],
}

/// How a patch differs from the second frame at some displacement, mean brightness aside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mismatch {
    pub(super) square: f32,
    slope: [f32; 2],
}

impl Patch {
    /// Takes the patch whose first pixel is `(row, col)`.
    pub(super) fn take(&mut self, image: &Plane, dx: &Plane, dy: &Plane, (row, col): (usize, usize)) {
        for i in 0..SIDE {
            self.pixels[i].copy_from_slice(&image.row(row + i)[col..col + SIDE]);
            self.dx[i].copy_from_slice(&dx.row(row + i)[col..col + SIDE]);
            self.dy[i].copy_from_slice(&dy.row(row + i)[col..col + SIDE]);
        }
        let [x, y, xx, xy, yy] = moments(&self.dx, &self.dy);
        let (xx, xy, yy) = (xx - x * x / AREA + DAMPING, xy - x * y / AREA, yy - y * y / AREA + DAMPING);
        let determinant = xx * yy - xy * xy;
        self.sum = [x, y];
        // In frames of huge values the damping gets lost: patches without texture in two directions do not move then.
        self.inverse = if determinant > 1e-4 * xx * yy && determinant > 1e-12 {
            [yy, -xy, xx].map(|entry| entry / determinant)
        } else {
            [0.0; 3]
        };
    }

    /// Compares with the padded second frame at `(x, y)`, the displaced place of the first pixel in the image.
    pub(super) fn compare(&self, to: &Plane, x: f32, y: f32) -> Mismatch {
        let [sum, square, x_slope, y_slope] = mismatch_sums(self, to, x, y);
        Mismatch {
            square: square - sum * sum / AREA,
            slope: [x_slope - sum * self.sum[0] / AREA, y_slope - sum * self.sum[1] / AREA],
        }
    }

    /// The Newton step that reduces a mismatch.
    pub(super) fn step(&self, mismatch: Mismatch) -> [f32; 2] {
        let ([a, b, c], [x, y]) = (self.inverse, mismatch.slope);
        [-(a * x + b * y), -(b * x + c * y)]
    }
}

/// The bilinear values of the padded plane in a patch at `(x, y)`, given to `each` row by row.
#[inline(always)]
pub(super) fn for_each_row(to: &Plane, x: f32, y: f32, mut each: impl FnMut(usize, Row)) {
    let (height, width) = to.dim();
    let limit = |at: f32, length: usize| (at + MARGIN as f32).clamp(0.0, (length - SIDE - 2) as f32);
    let (x, y) = (limit(x, width), limit(y, height));
    let (col, row) = (x as usize, y as usize);
    let (fx, fy) = (x - col as f32, y - row as f32);
    let mut above = between(to.row(row), col, fx);
    for i in 0..SIDE {
        let below = between(to.row(row + i + 1), col, fx);
        let mut values = [0.0; SIDE];
        for lane in 0..SIDE {
            values[lane] = above[lane] + fy * (below[lane] - above[lane]);
        }
        each(i, values);
        above = below;
    }
}

#[inline(always)]
fn between(line: &[f32], col: usize, part: f32) -> Row {
    let taps = &line[col..col + SIDE + 1];
    let mut values = [0.0; SIDE];
    for lane in 0..SIDE {
        values[lane] = taps[lane] + part * (taps[lane + 1] - taps[lane]);
    }
    values
}

/// The sum of a row, in an order that a register adds up in three steps.
#[inline(always)]
fn total([a, b, c, d, e, f, g, h]: Row) -> f32 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

vectorized! {
    fn moments(dx: &[Row; SIDE], dy: &[Row; SIDE]) -> [f32; 5] {
        let mut sums = [[0.0_f32; SIDE]; 5];
        for (x, y) in dx.iter().zip(dy) {
            for lane in 0..SIDE {
                sums[0][lane] += x[lane];
                sums[1][lane] += y[lane];
                sums[2][lane] += x[lane] * x[lane];
                sums[3][lane] += x[lane] * y[lane];
                sums[4][lane] += y[lane] * y[lane];
            }
        }
        sums.map(total)
    }
}

vectorized! {
    /// Sums of the difference `d` to the second frame: `[Σd, Σd², Σd·dx, Σd·dy]`.
    fn mismatch_sums(patch: &Patch, to: &Plane, x: f32, y: f32) -> [f32; 4] {
        let (mut sum, mut square) = ([0.0_f32; SIDE], [0.0_f32; SIDE]);
        let (mut x_slope, mut y_slope) = ([0.0_f32; SIDE], [0.0_f32; SIDE]);
        for_each_row(to, x, y, |i, values| {
            for lane in 0..SIDE {
                let difference = values[lane] - patch.pixels[i][lane];
                sum[lane] += difference;
                square[lane] += difference * difference;
                x_slope[lane] += difference * patch.dx[i][lane];
                y_slope[lane] += difference * patch.dy[i][lane];
            }
        });
        [sum, square, x_slope, y_slope].map(total)
    }
}
