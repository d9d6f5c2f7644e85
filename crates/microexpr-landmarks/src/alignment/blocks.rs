use microexpr_core::{Point, sample};
use nalgebra::{DMatrix, DVector, Matrix2, Vector2};
use ndarray::{Array2, ArrayView2};

use crate::{MotionModel, PlaneMap};

/// One pixel of the template: where it is, its grey value, and how it changes with the motion's parameters.
struct Pixel {
    at: Point,
    grey: f64,
    /// Change of grey value per unit of each motion parameter and, last, per unit of gain; block means removed.
    jacobian: Vec<f64>,
}

/// A square of the face that is weighed as a whole. A constant difference of its brightness counts for nothing.
pub(super) struct Block {
    pixels: Vec<Pixel>,
    /// `Σ jᵀj` of its pixels.
    normal: DMatrix<f64>,
}

/// The face of the first frame, cut into blocks.
pub(super) struct Template {
    pub(super) blocks: Vec<Block>,
    model: MotionModel,
    centre: Point,
    radius_px: f64,
}

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
        let mut template = Self { blocks: Vec::new(), model, centre, radius_px };
        let (height, width) = image.dim();
        // The derivative needs two pixels on each side.
        for top in (2..height.saturating_sub(side_px + 1)).step_by(side_px) {
            for left in (2..width.saturating_sub(side_px + 1)).step_by(side_px) {
                let middle = [left, top].map(|v| v as f64 + (side_px as f64 - 1.0) / 2.0);
                if inside(middle) {
                    template.blocks.push(template.block(image, left, top, side_px));
                }
            }
        }
        template
    }

    fn block(&self, image: ArrayView2<'_, f32>, left: usize, top: usize, side: usize) -> Block {
        let positions = (top..top + side).flat_map(|row| (left..left + side).map(move |col| (row, col)));
        let mut pixels: Vec<Pixel> = positions.map(|(row, col)| self.pixel(image, row, col)).collect();
        let parameters = pixels.first().map_or(0, |p| p.jacobian.len());
        for k in 0..parameters {
            let mean = pixels.iter().map(|p| p.jacobian[k]).sum::<f64>() / pixels.len() as f64;
            pixels.iter_mut().for_each(|p| p.jacobian[k] -= mean);
        }
        let normal = DMatrix::from_fn(parameters, parameters, |i, j| {
            pixels.iter().map(|p| p.jacobian[i] * p.jacobian[j]).sum()
        });
        Block { pixels, normal }
    }

    fn pixel(&self, image: ArrayView2<'_, f32>, row: usize, col: usize) -> Pixel {
        let difference = |a: f32, b: f32, c: f32, d: f32| f64::from(a - 8.0 * b + 8.0 * c - d) / 12.0;
        let at = |dr: isize, dc: isize| image[[row.wrapping_add_signed(dr), col.wrapping_add_signed(dc)]];
        let gx = difference(at(0, -2), at(0, -1), at(0, 1), at(0, 2));
        let gy = difference(at(-2, 0), at(-1, 0), at(1, 0), at(2, 0));
        let grey = f64::from(at(0, 0));
        let position = [col as f64, row as f64];
        let (x, y) = self.units(position);
        let mut jacobian = match self.model {
            MotionModel::Affine => vec![gx, gy, gx * x, gx * y, gy * x, gy * y],
            MotionModel::None | MotionModel::Similarity => vec![gx, gy, gx * x + gy * y, gy * x - gx * y],
        };
        jacobian.push(grey);
        Pixel { at: position, grey, jacobian }
    }

    fn units(&self, p: Point) -> (f64, f64) {
        ((p[0] - self.centre[0]) / self.radius_px, (p[1] - self.centre[1]) / self.radius_px)
    }

    /// Compares a frame, taken at `map` of the template's positions, block by block.
    pub(super) fn compare(&self, frame: &Array2<f32>, map: &PlaneMap) -> Comparison {
        let gradient = |block: &Block| {
            let mut sum = vec![0.0; block.normal.nrows()];
            for pixel in &block.pixels {
                let [x, y] = map.apply(pixel.at);
                let difference = f64::from(sample::bicubic(frame.view(), x as f32, y as f32)) - pixel.grey;
                sum.iter_mut().zip(&pixel.jacobian).for_each(|(s, j)| *s += j * difference);
            }
            DVector::from_vec(sum)
        };
        Comparison { gradients: self.blocks.iter().map(gradient).collect() }
    }

    /// The step that fits all weighted blocks best: motion parameters and gain.
    pub(super) fn solve(&self, seen: &Comparison, weights: &[f64]) -> Option<DVector<f64>> {
        let n = self.blocks.first()?.normal.nrows();
        let mut normal = DMatrix::zeros(n, n);
        let mut right = DVector::zeros(n);
        for ((block, gradient), weight) in self.blocks.iter().zip(&seen.gradients).zip(weights) {
            normal += &block.normal * *weight;
            right += gradient * *weight;
        }
        normal.cholesky().map(|c| c.solve(&right)).filter(|s| s.iter().all(|v| v.is_finite()))
    }

    /// Every block's own displacement beyond the motion that fits the weighted blocks best.
    pub(super) fn displacements(&self, seen: &Comparison, weights: &[f64]) -> Option<Vec<Point>> {
        let step = self.solve(seen, weights)?;
        Some(self.blocks.iter().zip(&seen.gradients).map(|(b, g)| b.displacement(g, &step)).collect())
    }

    /// Root mean square displacement of the blocks, by weight and by how much their texture says.
    pub(super) fn residual_px(&self, seen: &Comparison, weights: &[f64]) -> f64 {
        let displacements = self.displacements(seen, weights).unwrap_or_default();
        let (mut sum, mut total) = (0.0, 0.0);
        for ((block, d), w) in self.blocks.iter().zip(displacements).zip(weights) {
            let weight = w * block.information();
            sum += weight * (d[0] * d[0] + d[1] * d[1]);
            total += weight;
        }
        if total > 0.0 { (sum / total).sqrt() } else { 0.0 }
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
