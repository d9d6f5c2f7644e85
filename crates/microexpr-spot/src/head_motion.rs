//! Motion of the head taken out of the motion of the regions.

use microexpr_core::Point;

use crate::FaceRegions;

/// Residual at which a region counts half for the head's motion, in inter-ocular distances.
const OUTLIER: f64 = 0.0019;
const ROUNDS: usize = 6;

/// What every region moves beside the head.
///
/// The head's motion is the affine map `d(x) = a + B·x` that fits the regions' displacements best, with the weights
/// `w = stillness / (1 + (residual / OUTLIER)²)` found by fitting repeatedly: regions of an expression lose their say.
#[derive(Debug, Clone)]
pub(crate) struct HeadMotion {
    /// `[1, x, y]` of every region, from the middle of all, in inter-ocular distances.
    basis: Vec<[f64; 3]>,
    stillness: Vec<f64>,
}

impl HeadMotion {
    pub(crate) fn new(regions: &FaceRegions) -> Self {
        let all = regions.regions();
        let n = all.len() as f64;
        let middle = [0, 1].map(|axis| all.iter().map(|region| region.middle[axis]).sum::<f64>() / n);
        let scale = regions.inter_ocular_px();
        let basis = |at: Point| [1.0, (at[0] - middle[0]) / scale, (at[1] - middle[1]) / scale];
        Self {
            basis: all.iter().map(|region| basis(region.middle)).collect(),
            stillness: all.iter().map(|region| region.stillness).collect(),
        }
    }

    /// The displacements without the head's motion.
    pub(crate) fn removed(&self, displacements: &[Point]) -> Vec<Point> {
        let mut weights = self.stillness.clone();
        let mut residuals = displacements.to_vec();
        for _ in 0..ROUNDS {
            let Some(map) = self.fit(displacements, &weights) else { break };
            for ((residual, at), basis) in residuals.iter_mut().zip(displacements).zip(&self.basis) {
                let head = |axis: usize| (0..3).map(|k| basis[k] * map[k][axis]).sum::<f64>();
                *residual = [at[0] - head(0), at[1] - head(1)];
            }
            for ((weight, stillness), r) in weights.iter_mut().zip(&self.stillness).zip(&residuals) {
                *weight = stillness / (1.0 + (r[0] * r[0] + r[1] * r[1]) / (OUTLIER * OUTLIER));
            }
        }
        residuals
    }

    /// Weighted least squares; `None` if the regions lie on a line.
    fn fit(&self, displacements: &[Point], weights: &[f64]) -> Option<[[f64; 2]; 3]> {
        let mut system = [[0.0; 5]; 3];
        for ((basis, at), weight) in self.basis.iter().zip(displacements).zip(weights) {
            for (row, values) in system.iter_mut().enumerate() {
                let scaled = weight * basis[row];
                (0..3).for_each(|col| values[col] += scaled * basis[col]);
                (0..2).for_each(|axis| values[3 + axis] += scaled * at[axis]);
            }
        }
        solve(system)
    }
}

/// Gauss–Jordan elimination of a symmetric, positive 3×3 system with two right sides.
fn solve(mut system: [[f64; 5]; 3]) -> Option<[[f64; 2]; 3]> {
    const SINGULAR: f64 = 1e-12;
    for pivot in 0..3 {
        let value = system[pivot][pivot];
        if value.abs() < SINGULAR {
            return None;
        }
        let line = system[pivot].map(|entry| entry / value);
        system[pivot] = line;
        for (row, entries) in system.iter_mut().enumerate().filter(|(row, _)| *row != pivot) {
            debug_assert_ne!(row, pivot);
            let factor = entries[pivot];
            entries.iter_mut().zip(&line).for_each(|(entry, by)| *entry -= factor * by);
        }
    }
    Some(system.map(|row| [row[3], row[4]]))
}
