//! Smooth skin motion as a sum of Gaussian bumps.

use microexpr_core::Point;
use ndarray::Array2;

use crate::pose::Pose;

/// Bumps end at this many standard deviations; what is cut off is below 4e-6 of the push.
const REACH_SIGMAS: f64 = 5.0;

/// A push of the skin that fades with the distance from its centre.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bump {
    pub(crate) centre: Point,
    pub(crate) sigma_px: f64,
    pub(crate) push: [f64; 2],
}

/// A displacement field `d(z) = Σ push·exp(−|z − centre|² / 2σ²)` in the face's own frame, in pixels.
///
/// It is a backward field: what is seen at `z` lay at `z − d(z)` on the undeformed face.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Deformation {
    bumps: Vec<Bump>,
}

impl Deformation {
    pub(crate) fn new(bumps: Vec<Bump>) -> Self {
        Self { bumps }
    }

    /// `d(z)`.
    pub(crate) fn at(&self, z: Point) -> [f64; 2] {
        self.bumps.iter().fold([0.0, 0.0], |sum, bump| {
            let (dx, dy) = (z[0] - bump.centre[0], z[1] - bump.centre[1]);
            let weight = (-(dx * dx + dy * dy) / (2.0 * bump.sigma_px * bump.sigma_px)).exp();
            [sum[0] + weight * bump.push[0], sum[1] + weight * bump.push[1]]
        })
    }

    /// The same shape, scaled so that the largest displacement among `points` is `peak_px`.
    pub(crate) fn with_peak_at(mut self, points: &[Point], peak_px: f64) -> Self {
        let largest = points.iter().map(|p| self.at(*p)).fold(0.0, |m: f64, [x, y]| m.max(x.hypot(y)));
        let scale = if largest > 0.0 { peak_px / largest } else { 0.0 };
        self.bumps.iter_mut().for_each(|b| b.push = b.push.map(|v| v * scale));
        self
    }

    /// The same shape, scaled so that the point of `points` that is seen farthest from its place is seen `peak_px` from it.
    ///
    /// The points follow the field, which changes on their way: by up to its slope, a fifth at the steepest.
    pub(crate) fn with_seen_peak_at(self, points: &[Point], peak_px: f64) -> Self {
        let mut field = self.with_peak_at(points, peak_px);
        // The error shrinks by about the slope in each round.
        for _ in 0..12 {
            let seen = |p: &Point| displaced(*p, &[(&field, 1.0)]);
            let moved = |p: &Point| (seen(p)[0] - p[0]).hypot(seen(p)[1] - p[1]);
            let largest = points.iter().map(moved).fold(0.0, f64::max);
            let scale = if largest > 0.0 { peak_px / largest } else { 0.0 };
            field.bumps.iter_mut().for_each(|b| b.push = b.push.map(|v| v * scale));
        }
        field
    }

    /// Adds `gain·d` to `sum`, for a head in the given pose: `sum[row, col]` belongs to the face point `pose.to_face(x, y)`.
    ///
    /// A pose scales all distances alike, so a bump stays a (separable) Gaussian about its moved centre.
    pub(crate) fn add_to(&self, sum: &mut [Array2<f32>; 2], gain: f64, pose: &Pose) {
        if gain == 0.0 {
            return;
        }
        let (height, width) = sum[0].dim();
        for bump in &self.bumps {
            let [x, y] = pose.to_frame(bump.centre);
            let sigma_px = pose.zoom * bump.sigma_px;
            let (left, columns) = bell(x, sigma_px, width);
            let (top, rows) = bell(y, sigma_px, height);
            for (component, push) in sum.iter_mut().zip(bump.push) {
                if push == 0.0 {
                    continue;
                }
                for (row, weight) in rows.iter().enumerate() {
                    let scale = weight * (gain * push) as f32;
                    let mut line = component.row_mut(top + row);
                    let line = line.as_slice_mut().expect("a field is stored row after row");
                    line[left..].iter_mut().zip(&columns).for_each(|(d, w)| *d += scale * w);
                }
            }
        }
    }
}

/// The point `z` at which the neutral point `p` is seen: the solution of `z − d(z) = p`.
///
/// Iterating `z = p + d(z)` converges because `d` is a contraction (settings keep its slope below 1).
pub(crate) fn displaced(p: Point, deformations: &[(&Deformation, f64)]) -> Point {
    let mut z = p;
    for _ in 0..100 {
        let next = deformations.iter().fold(p, |sum, (field, gain)| {
            let [dx, dy] = field.at(z);
            [sum[0] + gain * dx, sum[1] + gain * dy]
        });
        let step = (next[0] - z[0]).abs().max((next[1] - z[1]).abs());
        z = next;
        if step < 1e-12 {
            break;
        }
    }
    z
}

/// `exp(−(i − centre)²/2σ²)` for the pixels `i` of a line within reach, and the first of them.
fn bell(centre: f64, sigma: f64, len: usize) -> (usize, Vec<f32>) {
    let first = (centre - REACH_SIGMAS * sigma).ceil().clamp(0.0, len as f64) as usize;
    let end = (centre + REACH_SIGMAS * sigma).floor().clamp(-1.0, len as f64 - 1.0) as isize + 1;
    let weight = |i: usize| (-(i as f64 - centre).powi(2) / (2.0 * sigma * sigma)).exp() as f32;
    (first, (first..(end.max(0) as usize)).map(weight).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_on_a_grid_is_the_field_at_the_points_of_the_moved_face() {
        let bump = |x, y, sigma_px, push| Bump { centre: [x, y], sigma_px, push };
        let field =
            Deformation::new(vec![bump(20.0, 14.0, 3.0, [0.3, -0.2]), bump(4.0, 30.0, 6.0, [0.0, 0.4])]);
        let pose = Pose { centre: [20.0, 20.0], angle: 0.2, shift: [1.5, -2.25], zoom: 1.1 };
        let mut grid = [Array2::zeros((40, 36)), Array2::zeros((40, 36))];
        field.add_to(&mut grid, 0.5, &pose);
        for ((row, col), u) in grid[0].indexed_iter() {
            let [x, y] = field.at(pose.to_face([col as f64, row as f64]));
            assert!((f64::from(*u) - 0.5 * x).abs() < 2e-6);
            assert!((f64::from(grid[1][[row, col]]) - 0.5 * y).abs() < 2e-6);
        }
    }
}
