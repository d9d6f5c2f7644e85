//! Motion that the whole face shares: what head motion and slow deformation leave.

use std::collections::BTreeMap;
use std::ops::Range;

use microexpr_core::{Landmarks, OutOfRange};
use serde::{Deserialize, Serialize};

use crate::PatchFeature;
use crate::blinks::HiddenEyes;

/// What becomes of motion that all landmarks share, in node features that are displacements of landmarks
/// ([`PositionFeature::Displacement`](crate::PositionFeature::Displacement),
/// [`PositionFeature::RelativeDisplacement`](crate::PositionFeature::RelativeDisplacement),
/// [`PositionFeature::Exaggerated`](crate::PositionFeature::Exaggerated),
/// [`PatchFeature::Mean`], [`PatchFeature::Components`], [`PatchFeature::HalfComponents`]); other features stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Trend {
    /// It stays.
    #[default]
    Keep,
    /// In every frame the polynomial of the landmarks' first positions that fits their displacements best is subtracted:
    /// degree 0 is a shift of the whole face, 1 an affine change, 2 bends it. What one landmark does by itself is left.
    Remove {
        /// Degree of the polynomial, up to 3.
        degree: usize,
    },
}

impl Trend {
    /// Checks the degree.
    pub(crate) fn check(self) -> Result<(), OutOfRange> {
        match self {
            Self::Keep => Ok(()),
            Self::Remove { degree } => OutOfRange::unless_within(..=3, "trend", "a degree up to 3", degree),
        }
    }

    /// Subtracts the trend of the patches' mean u and v from patches that hold both, one per landmark, frame after frame.
    pub(crate) fn apply_to_patches(
        self,
        first: &Landmarks,
        patches: &mut [f32],
        feature: PatchFeature,
        size_px: usize,
        hidden: &HiddenEyes,
    ) {
        let width = feature.width(size_px);
        if self == Self::Keep || feature.axis_of(0, size_px) == feature.axis_of(width - 1, size_px) {
            return;
        }
        let half = width / 2;
        let mean = |component: &[f32]| component.iter().sum::<f32>() / half as f32;
        let means: Vec<f32> = patches.chunks_exact(half).map(mean).collect();
        let mut own = means.clone();
        self.apply(first, &mut own, hidden);
        for ((component, mean), own) in patches.chunks_exact_mut(half).zip(means).zip(own) {
            component.iter_mut().for_each(|value| *value = own + (*value - mean));
        }
    }

    /// Subtracts the trend from rows of two values per landmark, frame after frame; hidden landmarks have no part in it, but
    /// lose it, too.
    pub(crate) fn apply(self, first: &Landmarks, rows: &mut [f32], hidden: &HiddenEyes) {
        let Self::Remove { degree } = self else { return };
        let mut bases: BTreeMap<(usize, usize), Vec<Vec<f64>>> = BTreeMap::new();
        for (frame, rows) in rows.chunks_exact_mut(2 * first.points().len()).enumerate() {
            let hidden = hidden.of_frame(frame);
            let basis = bases
                .entry((hidden.start, hidden.end))
                .or_insert_with(|| orthonormal_polynomials(first, degree, &hidden));
            for axis in 0..2 {
                for polynomial in &*basis {
                    let value = |landmark: usize| polynomial[landmark] * f64::from(rows[2 * landmark + axis]);
                    let share: f64 = seen(polynomial.len(), &hidden).map(value).sum();
                    let values = rows.iter_mut().skip(axis).step_by(2);
                    values.zip(polynomial).for_each(|(v, p)| *v -= (share * p) as f32);
                }
            }
        }
    }
}

/// Polynomials up to `degree` over the landmarks, orthonormal as vectors of one value per landmark that is not hidden (modified
/// Gram-Schmidt, twice). Those that the landmarks cannot tell from lower ones are left out.
fn orthonormal_polynomials(face: &Landmarks, degree: usize, hidden: &Range<usize>) -> Vec<Vec<f64>> {
    let [cx, cy] = face.centroid();
    let spread = face.points().iter().map(|p| (p[0] - cx).hypot(p[1] - cy)).fold(0.0, f64::max).max(1e-12);
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for total in 0..=degree {
        for power in 0..=total {
            let value = |p: &[f64; 2]| {
                let (x, y) = ((p[0] - cx) / spread, (p[1] - cy) / spread);
                x.powi((total - power) as i32) * y.powi(power as i32)
            };
            let mut column: Vec<f64> = face.points().iter().map(value).collect();
            let norm = |column: &[f64]| product(column, column, hidden).sqrt();
            let before = norm(&column);
            for _ in 0..2 {
                for other in &basis {
                    let share = product(&column, other, hidden);
                    column.iter_mut().zip(other).for_each(|(a, b)| *a -= share * b);
                }
            }
            let length = norm(&column);
            if length > 1e-9 * before {
                column.iter_mut().for_each(|v| *v /= length);
                basis.push(column);
            }
        }
    }
    basis
}

/// The landmarks that are not hidden.
fn seen(landmarks: usize, hidden: &Range<usize>) -> impl Iterator<Item = usize> {
    (0..landmarks).filter(move |landmark| !hidden.contains(landmark))
}

/// Inner product over the landmarks that are not hidden.
fn product(a: &[f64], b: &[f64], hidden: &Range<usize>) -> f64 {
    seen(a.len(), hidden).map(|landmark| a[landmark] * b[landmark]).sum()
}

#[cfg(test)]
mod tests {
    use microexpr_core::LandmarkScheme;

    use super::*;
    use crate::TEMPLATE_51;

    fn face() -> Landmarks {
        Landmarks::new(
            LandmarkScheme::Paper51,
            TEMPLATE_51.map(|p| [127.0 + 70.0 * p[0], 90.0 + 70.0 * p[1]]).to_vec(),
        )
        .expect("51 points")
    }

    /// A quadratic field, and one landmark that moves by itself.
    fn displacements(face: &Landmarks, own: f32) -> Vec<f32> {
        let mut rows: Vec<f32> = face
            .points()
            .iter()
            .flat_map(|[x, y]| [0.4 + 1e-3 * x - 1e-5 * x * y, -0.2 + 2e-5 * y * y].map(|v| v as f32))
            .collect();
        rows[2 * 30 + 1] += own;
        rows
    }

    #[test]
    fn a_polynomial_field_vanishes_only_at_its_degree() {
        let face = face();
        for (degree, vanishes) in [(1, false), (2, true), (3, true)] {
            let mut rows = displacements(&face, 0.0);
            Trend::Remove { degree }.apply(&face, &mut rows, &HiddenEyes::none());
            assert_eq!(rows.iter().all(|v| v.abs() < 1e-5), vanishes, "degree {degree}");
        }
    }

    #[test]
    fn a_landmark_that_moves_by_itself_keeps_most_of_its_motion() {
        let face = face();
        let mut rows = displacements(&face, 0.3);
        Trend::Remove { degree: 2 }.apply(&face, &mut rows, &HiddenEyes::none());
        assert!(rows[61] > 0.2 && rows[60].abs() < 1e-5);
    }

    #[test]
    fn landmarks_on_one_spot_leave_finite_values() {
        let spot = Landmarks::new(LandmarkScheme::Paper51, vec![[5.0, 5.0]; 51]).expect("51 points");
        let mut rows: Vec<f32> = (0..102).map(|i| i as f32).collect();
        Trend::Remove { degree: 3 }.apply(&spot, &mut rows, &HiddenEyes::none());
        assert!(rows.iter().all(|v| v.is_finite()));
        assert!((rows.iter().step_by(2).sum::<f32>()).abs() < 1e-3);
    }
}
