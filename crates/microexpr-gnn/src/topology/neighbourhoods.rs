//! Graphs of points in space.

use super::Topology;
use crate::{GnnError, check_features};

impl Topology {
    /// An edge into every point from each of its `k` nearest others, nearest first; ties go to the lower number. Points with
    /// fewer others get all.
    ///
    /// `points` is `[N, width]`, row by row. Compares every pair: for up to some ten thousand points.
    ///
    /// # Errors
    ///
    /// [`GnnError::Empty`] without points, [`GnnError::FeatureLength`], [`GnnError::FeatureNotFinite`],
    /// [`GnnError::Setting`] for a `k` of 0.
    ///
    /// # Example
    ///
    /// ```
    /// use microexpr_gnn::Topology;
    ///
    /// let nearest = Topology::k_nearest(&[0.0, 1.0, 3.0], 1, 1)?;
    /// assert_eq!((nearest.source(), nearest.target()), (&[1, 0, 1][..], &[0, 1, 2][..]));
    /// # Ok::<(), microexpr_gnn::GnnError>(())
    /// ```
    pub fn k_nearest(points: &[f32], width: usize, k: usize) -> Result<Self, GnnError> {
        GnnError::check_setting(k > 0, "k", "at least 1", k)?;
        Self::of_points(points, width, |mut others| {
            others.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            others.truncate(k);
            others
        })
    }

    /// An edge between every two points at a distance of at most `radius`, in both directions, without edges to themselves.
    ///
    /// `points` is `[N, width]`, row by row. Compares every pair: for up to some ten thousand points.
    ///
    /// # Errors
    ///
    /// [`GnnError::Empty`] without points, [`GnnError::FeatureLength`], [`GnnError::FeatureNotFinite`],
    /// [`GnnError::Setting`] for a radius that is not positive.
    pub fn within_radius(points: &[f32], width: usize, radius: f32) -> Result<Self, GnnError> {
        GnnError::check_setting(radius > 0.0, "radius", "positive", radius)?;
        let reach = f64::from(radius) * f64::from(radius);
        Self::of_points(points, width, |mut others| {
            others.retain(|(squared, _)| *squared <= reach);
            others
        })
    }

    /// `choose` is given the squared distance and the number of every other point.
    fn of_points(
        points: &[f32],
        width: usize,
        choose: impl Fn(Vec<(f64, u32)>) -> Vec<(f64, u32)>,
    ) -> Result<Self, GnnError> {
        let count = points.len() / width.max(1);
        check_features("points", points, [count, width])?;
        let squared = |i: usize, j: usize| -> f64 {
            let (i, j) = (&points[i * width..][..width], &points[j * width..][..width]);
            i.iter().zip(j).map(|(x, y)| (f64::from(*x) - f64::from(*y)).powi(2)).sum()
        };
        let edges = (0..count).flat_map(|i| {
            let others = (0..count).filter(|j| *j != i).map(|j| (squared(i, j), j as u32)).collect();
            choose(others).into_iter().map(move |(_, j)| (j, i as u32))
        });
        Self::from_edges(count, edges)
    }
}
