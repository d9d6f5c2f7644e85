use microexpr_core::Point;
use nalgebra::Matrix3;
use serde::{Deserialize, Serialize};

/// An affine map of the plane: `x' = m00·x + m01·y + m02`, `y' = m10·x + m11·y + m12`, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlaneMap {
    /// The two rows of the matrix.
    pub rows: [[f64; 3]; 2],
}

impl PlaneMap {
    /// The map that moves nothing.
    pub const IDENTITY: Self = Self { rows: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] };

    /// Scale and rotation `[[a, −b], [b, a]]`, then translation.
    #[must_use]
    pub fn similarity(a: f64, b: f64, translation: Point) -> Self {
        Self { rows: [[a, -b, translation[0]], [b, a, translation[1]]] }
    }

    /// Where a point goes.
    #[must_use]
    pub fn apply(&self, p: Point) -> Point {
        self.rows.map(|r| r[0] * p[0] + r[1] * p[1] + r[2])
    }

    /// How far a step of one pixel along a row goes.
    pub(crate) fn along_row(&self) -> Point {
        self.rows.map(|r| r[0])
    }

    /// First `self`, then `next`.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        Self::from_matrix(&(next.matrix() * self.matrix()))
    }

    /// The same map of points that are counted from `origin`.
    pub(crate) fn seen_from(&self, origin: Point) -> Self {
        let moved = self.apply(origin);
        let mut rows = self.rows;
        (0..2).for_each(|axis| rows[axis][2] = moved[axis] - origin[axis]);
        Self { rows }
    }

    /// The map back; `None` if this one flattens the plane.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        let inverse = self.matrix().try_inverse()?;
        inverse.iter().all(|v| v.is_finite()).then(|| Self::from_matrix(&inverse))
    }

    /// Growth of lengths: root of the area's growth.
    #[must_use]
    pub fn scale(&self) -> f64 {
        let [r, s] = self.rows;
        (r[0] * s[1] - r[1] * s[0]).abs().sqrt()
    }

    fn matrix(&self) -> Matrix3<f64> {
        let [r, s] = self.rows;
        Matrix3::new(r[0], r[1], r[2], s[0], s[1], s[2], 0.0, 0.0, 1.0)
    }

    fn from_matrix(m: &Matrix3<f64>) -> Self {
        Self { rows: [[m[(0, 0)], m[(0, 1)], m[(0, 2)]], [m[(1, 0)], m[(1, 1)], m[(1, 2)]]] }
    }
}

/// How freely a head may move between frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MotionModel {
    /// Not at all: frames are taken as they are.
    #[serde(alias = "None")]
    None,
    /// Translation, rotation in the image plane, scale.
    #[default]
    #[serde(alias = "Similarity")]
    Similarity,
    /// Any linear change: also shear and unequal scale.
    #[serde(alias = "Affine")]
    Affine,
}

/// The weighted least-squares map of `model` from one set of points to another; `None` if they do not determine it.
pub(crate) fn fit(from: &[Point], to: &[Point], weights: &[f64], model: MotionModel) -> Option<PlaneMap> {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let centre = |points: &[Point]| {
        let sum = points.iter().zip(weights).fold([0.0, 0.0], |s, (p, w)| [s[0] + w * p[0], s[1] + w * p[1]]);
        [sum[0] / total, sum[1] / total]
    };
    let (c, d) = (centre(from), centre(to));
    let pairs = from.iter().zip(to).zip(weights);
    let pairs = pairs.map(|((p, q), w)| ([p[0] - c[0], p[1] - c[1]], [q[0] - d[0], q[1] - d[1]], *w));
    let [r, s] = match model {
        MotionModel::None => return Some(PlaneMap::IDENTITY),
        MotionModel::Similarity => similarity_rows(pairs)?,
        MotionModel::Affine => affine_rows(pairs)?,
    };
    let shift = [d[0] - r[0] * c[0] - r[1] * c[1], d[1] - s[0] * c[0] - s[1] * c[1]];
    Some(PlaneMap { rows: [[r[0], r[1], shift[0]], [s[0], s[1], shift[1]]] })
}

fn similarity_rows(pairs: impl Iterator<Item = (Point, Point, f64)>) -> Option<[[f64; 2]; 2]> {
    let (mut dot, mut cross, mut square) = (0.0, 0.0, 0.0);
    for (p, q, w) in pairs {
        dot += w * (p[0] * q[0] + p[1] * q[1]);
        cross += w * (p[0] * q[1] - p[1] * q[0]);
        square += w * (p[0] * p[0] + p[1] * p[1]);
    }
    (square > 1e-9).then(|| [[dot / square, -cross / square], [cross / square, dot / square]])
}

fn affine_rows(pairs: impl Iterator<Item = (Point, Point, f64)>) -> Option<[[f64; 2]; 2]> {
    let mut normal = nalgebra::Matrix2::zeros();
    let mut right = nalgebra::Matrix2::zeros();
    for (p, q, w) in pairs {
        let p = nalgebra::Vector2::from(p);
        normal += w * p * p.transpose();
        right += w * nalgebra::Vector2::from(q) * p.transpose();
    }
    let m = right * normal.try_inverse()?;
    m.iter().all(|v| v.is_finite()).then(|| [[m[(0, 0)], m[(0, 1)]], [m[(1, 0)], m[(1, 1)]]])
}

const ROBUST_ROUNDS: usize = 20;
/// Tukey's constant for 95 % efficiency on normal errors, and the deviation of a normal error in median distances (2-D).
const TUKEY: f64 = 4.685;
const MEDIAN_TO_DEVIATION: f64 = 1.0 / 1.177;
/// Errors below this are as good as none.
const FLOOR_PX: f64 = 0.01;

/// The map of `model` that fits most points: iteratively reweighted least squares with Tukey's biweight, from a start
/// with weights `1 / distance`.
///
/// Source: P. Holland, R. Welsch, "Robust Regression Using Iteratively Reweighted Least-Squares", Comm. Statistics 1977.
pub(crate) fn fit_robust(from: &[Point], to: &[Point], model: MotionModel) -> Option<PlaneMap> {
    let mut weights = vec![1.0; from.len()];
    let mut map = fit(from, to, &weights, model)?;
    for round in 0..ROBUST_ROUNDS {
        let errors: Vec<f64> = from.iter().zip(to).map(|(p, q)| distance(map.apply(*p), *q)).collect();
        let scale = (median(errors.clone()) * MEDIAN_TO_DEVIATION).max(FLOOR_PX);
        for (weight, error) in weights.iter_mut().zip(&errors) {
            let t = error / (TUKEY * scale);
            *weight = match round {
                0..5 => scale / error.max(scale),
                _ if t < 1.0 => (1.0 - t * t).powi(2),
                _ => 0.0,
            };
        }
        map = fit(from, to, &weights, model)?;
    }
    Some(map)
}

pub(crate) fn distance(p: Point, q: Point) -> f64 {
    // Of pixels neither the squares nor their sum leaves the range that `hypot` guards, at several times the cost.
    ((p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2)).sqrt()
}

/// Middle value; zero if there is none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

impl PlaneMap {
    /// Solves for the map that takes three points to three others; used to check [`fit`].
    #[cfg(test)]
    fn through(from: [Point; 3], to: [Point; 3]) -> Option<Self> {
        let m = Matrix3::from_rows(&from.map(|p| nalgebra::Vector3::new(p[0], p[1], 1.0).transpose()))
            .try_inverse()?;
        let row = |i: usize| (m * nalgebra::Vector3::from(to.map(|q| q[i]))).into();
        Some(Self { rows: [row(0), row(1)] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: [Point; 5] = [[0.0, 0.0], [10.0, 1.0], [3.0, 8.0], [-4.0, 5.0], [6.0, 6.0]];

    fn close(a: &PlaneMap, b: &PlaneMap) -> bool {
        a.rows.iter().flatten().zip(b.rows.iter().flatten()).all(|(x, y)| (x - y).abs() < 1e-9)
    }

    #[test]
    fn a_similarity_is_recovered_in_spite_of_a_gross_outlier() {
        let truth = PlaneMap::similarity(1.02, 0.05, [3.0, -2.0]);
        let mut to = FROM.map(|p| truth.apply(p));
        assert!(close(&fit(&FROM, &to, &[1.0; 5], MotionModel::Similarity).expect("fits"), &truth));
        to[2] = [50.0, 50.0];
        assert!(close(&fit_robust(&FROM, &to, MotionModel::Similarity).expect("fits"), &truth));
    }

    #[test]
    fn an_affine_map_is_recovered_and_undone_by_its_inverse() {
        let truth = PlaneMap { rows: [[1.1, 0.2, 5.0], [-0.1, 0.9, 2.0]] };
        let to = FROM.map(|p| truth.apply(p));
        let found = fit(&FROM, &to, &[1.0; 5], MotionModel::Affine).expect("fits");
        assert!(close(&found, &truth));
        assert!(close(&found.then(&found.inverse().expect("regular")), &PlaneMap::IDENTITY));
        let three = |p: [Point; 5]| [p[0], p[1], p[2]];
        assert!(close(&PlaneMap::through(three(FROM), three(to)).expect("regular"), &truth));
    }

    #[test]
    fn a_map_is_the_same_wherever_points_are_counted_from() {
        let map = PlaneMap { rows: [[1.1, 0.2, 5.0], [-0.1, 0.9, 2.0]] };
        let (seen, origin) = (map.seen_from([30.0, -7.0]), [30.0, -7.0]);
        let expected = map.apply([31.0, -3.0]);
        let found = seen.apply([1.0, 4.0]);
        assert!((0..2).all(|axis| (found[axis] + origin[axis] - expected[axis]).abs() < 1e-12));
    }

    #[test]
    fn points_that_coincide_determine_no_map() {
        assert!(fit(&[[1.0, 1.0]; 4], &[[2.0, 2.0]; 4], &[1.0; 4], MotionModel::Similarity).is_none());
        assert!(
            fit(&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]], &[[0.0; 2]; 3], &[1.0; 3], MotionModel::Affine)
                .is_none()
        );
    }
}
