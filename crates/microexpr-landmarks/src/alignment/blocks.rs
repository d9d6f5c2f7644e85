use std::ops::Range;

use microexpr_core::{Point, sample};
use nalgebra::{Cholesky, DMatrix, DVector, Dyn, Matrix2, Vector2};
use ndarray::ArrayView2;

use crate::parallel::map_in_parallel;
use crate::{MotionModel, PlaneMap};

/// A square of the face that is weighed as a whole. A constant difference of its brightness counts for nothing.
pub(super) struct Block {
    left: usize,
    top: usize,
    /// Grey values, row by row.
    grey: Vec<f32>,
    /// Change of grey value per unit of each motion parameter and, last, per unit of gain; block means removed. One list of
    /// pixels after the other.
    jacobian: Vec<f32>,
    /// `Σ jᵀj` of its pixels.
    normal: DMatrix<f64>,
}

/// The face of the first frame, cut into blocks.
pub(super) struct Template {
    pub(super) blocks: Vec<Block>,
    side_px: usize,
    model: MotionModel,
    centre: Point,
    radius_px: f64,
}

/// Parameters of an affine step: six of the motion, one of the gain.
const MOST_PARAMETERS: usize = 7;

/// What the blocks say about a frame.
pub(super) struct Comparison {
    /// `Σ jᵀr` per block.
    pub(super) gradients: Vec<DVector<f64>>,
}

impl Template {
    /// Cuts the blocks whose middle is in `inside` from a (blurred) image. `centre` and `radius_px` set the units of the
    /// motion's parameters.
    pub(super) fn new(
        image: ArrayView2<'_, f32>,
        side_px: usize,
        model: MotionModel,
        (centre, radius_px): (Point, f64),
        inside: impl Fn(Point) -> bool,
    ) -> Self {
        let mut template = Self { blocks: Vec::new(), side_px, model, centre, radius_px };
        let (height, width) = image.dim();
        let mut corners = Vec::new();
        let starts = |length: usize| {
            (DERIVATIVE_REACH..length.saturating_sub(side_px + DERIVATIVE_REACH - 1)).step_by(side_px)
        };
        for top in starts(height) {
            for left in starts(width) {
                let middle = [left, top].map(|v| v as f64 + (side_px as f64 - 1.0) / 2.0);
                if inside(middle) {
                    corners.push((left, top));
                }
            }
        }
        template.blocks = map_in_parallel(corners.len(), |i| template.block(image, corners[i]));
        template
    }

    fn block(&self, image: ArrayView2<'_, f32>, (left, top): (usize, usize)) -> Block {
        let side = self.side_px;
        let positions = (top..top + side).flat_map(|row| (left..left + side).map(move |col| (row, col)));
        let mut pixels: Vec<[f64; MOST_PARAMETERS]> =
            positions.clone().map(|(row, col)| self.jacobian(image, row, col)).collect();
        let parameters = self.parameters();
        for k in 0..parameters {
            let mean = pixels.iter().map(|p| p[k]).sum::<f64>() / pixels.len() as f64;
            pixels.iter_mut().for_each(|p| p[k] -= mean);
        }
        let normal =
            DMatrix::from_fn(parameters, parameters, |i, j| pixels.iter().map(|p| p[i] * p[j]).sum());
        Block {
            left,
            top,
            grey: positions.map(|at| image[at]).collect(),
            jacobian: (0..parameters).flat_map(|k| pixels.iter().map(move |p| p[k] as f32)).collect(),
            normal,
        }
    }

    /// How many parameters a step has: those of the motion and the gain.
    fn parameters(&self) -> usize {
        match self.model {
            MotionModel::Affine => 7,
            MotionModel::None | MotionModel::Similarity => 5,
        }
    }

    /// Change of a pixel's grey value per unit of each parameter; beyond [`Self::parameters`] nothing.
    fn jacobian(&self, image: ArrayView2<'_, f32>, row: usize, col: usize) -> [f64; MOST_PARAMETERS] {
        let difference = |a: f32, b: f32, c: f32, d: f32| f64::from(a - 8.0 * b + 8.0 * c - d) / 12.0;
        let at = |dr: isize, dc: isize| image[[row.wrapping_add_signed(dr), col.wrapping_add_signed(dc)]];
        let gx = difference(at(0, -2), at(0, -1), at(0, 1), at(0, 2));
        let gy = difference(at(-2, 0), at(-1, 0), at(1, 0), at(2, 0));
        let (x, y) = self.units([col as f64, row as f64]);
        let gain = f64::from(at(0, 0));
        match self.model {
            MotionModel::Affine => [gx, gy, gx * x, gx * y, gy * x, gy * y, gain],
            MotionModel::None | MotionModel::Similarity => {
                [gx, gy, gx * x + gy * y, gy * x - gx * y, gain, 0.0, 0.0]
            }
        }
    }

    fn units(&self, p: Point) -> (f64, f64) {
        ((p[0] - self.centre[0]) / self.radius_px, (p[1] - self.centre[1]) / self.radius_px)
    }

    /// Compares a frame, taken at `map` of the template's positions, block by block.
    pub(super) fn compare(&self, frame: ArrayView2<'_, f32>, map: &PlaneMap) -> Comparison {
        let mut difference = vec![0.0; self.side_px * self.side_px];
        let gradient = |block: &Block| {
            for (row, line) in difference.chunks_exact_mut(self.side_px).enumerate() {
                let start = map.apply([block.left as f64, (block.top + row) as f64]);
                sample::bicubic_line(frame, start, map.along_row(), line);
            }
            difference.iter_mut().zip(&block.grey).for_each(|(d, grey)| *d -= grey);
            let sums = block.jacobian.chunks_exact(difference.len()).map(|j| f64::from(dot(j, &difference)));
            DVector::from_iterator(block.normal.nrows(), sums)
        };
        Comparison { gradients: self.blocks.iter().map(gradient).collect() }
    }

    /// The rows and columns that the blocks and their derivatives lie in; empty without blocks.
    pub(super) fn extent(&self) -> (Range<usize>, Range<usize>) {
        let span = |start: fn(&Block) -> usize| {
            let first = self.blocks.iter().map(start).min().unwrap_or(DERIVATIVE_REACH);
            let last = self.blocks.iter().map(start).max().unwrap_or(DERIVATIVE_REACH);
            first - DERIVATIVE_REACH
                ..last + if self.blocks.is_empty() { 0 } else { self.side_px + DERIVATIVE_REACH }
        };
        (span(|b| b.top), span(|b| b.left))
    }

    /// The equations of the step that fits all weighted blocks best; `None` if they do not determine it.
    pub(super) fn system<'a>(&'a self, weights: &'a [f64]) -> Option<System<'a>> {
        let n = self.blocks.first()?.normal.nrows();
        let mut normal = DMatrix::zeros(n, n);
        for (block, weight) in self.blocks.iter().zip(weights) {
            normal.zip_apply(&block.normal, |sum, entry| *sum += entry * *weight);
        }
        Some(System { blocks: &self.blocks, weights, normal: normal.cholesky()? })
    }

    /// The map of a step's motion parameters, about the identity.
    pub(super) fn step_map(&self, step: &DVector<f64>) -> PlaneMap {
        let s = |i: usize| step[i];
        let (m, shift) = match self.model {
            MotionModel::Affine => ([[s(2), s(3)], [s(4), s(5)]], [s(0), s(1)]),
            MotionModel::None | MotionModel::Similarity => ([[s(2), -s(3)], [s(3), s(2)]], [s(0), s(1)]),
        };
        let row = |i: usize| {
            let mut row = [m[i][0] / self.radius_px, m[i][1] / self.radius_px, 0.0];
            row[2] = shift[i] - row[0] * self.centre[0] - row[1] * self.centre[1];
            row[i] += 1.0;
            row
        };
        PlaneMap { rows: [row(0), row(1)] }
    }

    /// Upper bound of a step's motion in a face of that radius, pixels.
    pub(super) fn step_px(step: &DVector<f64>) -> f64 {
        step.iter().take(step.len() - 1).map(|v| v.abs()).sum()
    }
}

/// What decides the step of a frame beside its comparison: the same for all frames and iterations.
pub(super) struct System<'a> {
    blocks: &'a [Block],
    weights: &'a [f64],
    normal: Cholesky<f64, Dyn>,
}

impl System<'_> {
    /// The step that fits all weighted blocks best: motion parameters and gain.
    pub(super) fn solve(&self, seen: &Comparison) -> Option<DVector<f64>> {
        let mut right = DVector::zeros(self.normal.l_dirty().nrows());
        for (gradient, weight) in seen.gradients.iter().zip(self.weights) {
            right.zip_apply(gradient, |sum, entry| *sum += entry * *weight);
        }
        Some(self.normal.solve(&right)).filter(|s| s.iter().all(|v| v.is_finite()))
    }

    /// Every block's own displacement beyond the motion that fits the weighted blocks best.
    pub(super) fn displacements(&self, seen: &Comparison) -> Option<Vec<Point>> {
        let step = self.solve(seen)?;
        Some(self.blocks.iter().zip(&seen.gradients).map(|(b, g)| b.displacement(g, &step)).collect())
    }

    /// Root mean square displacement of the blocks, by weight and by how much their texture says.
    pub(super) fn residual_px(&self, seen: &Comparison) -> f64 {
        let displacements = self.displacements(seen).unwrap_or_default();
        let (mut sum, mut total) = (0.0, 0.0);
        for ((block, d), w) in self.blocks.iter().zip(displacements).zip(self.weights) {
            let weight = w * block.information();
            sum += weight * (d[0] * d[0] + d[1] * d[1]);
            total += weight;
        }
        if total > 0.0 { (sum / total).sqrt() } else { 0.0 }
    }
}

impl Block {
    /// How much the block's texture says about its displacement: the trace of `Σ gᵀg`.
    fn information(&self) -> f64 {
        self.normal[(0, 0)] + self.normal[(1, 1)]
    }

    /// The block's own displacement left over after `step`.
    fn displacement(&self, gradient: &DVector<f64>, step: &DVector<f64>) -> Point {
        let left = gradient - &self.normal * step;
        let information: Matrix2<f64> = self.normal.fixed_view::<2, 2>(0, 0).into_owned();
        // A block without texture in one direction says nothing about it: pulled to zero there.
        let ridge = 1e-3 * information.trace() + 1e-9;
        let solved = (information + Matrix2::identity() * ridge).try_inverse();
        let v = solved.map_or_else(Vector2::zeros, |m| m * Vector2::new(left[0], left[1]));
        [v[0], v[1]]
    }
}

/// Pixels on each side that a derivative looks at.
pub(super) const DERIVATIVE_REACH: usize = 2;

/// `Σ a_k b_k` in eight running sums, which the compiler turns into vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; 8];
    let (left, right) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(p, q)| p * q).sum();
    for (p, q) in left.zip(right) {
        sums.iter_mut().zip(p.iter().zip(q)).for_each(|(sum, (p, q))| *sum += p * q);
    }
    sums.iter().sum::<f32>() + rest
}
