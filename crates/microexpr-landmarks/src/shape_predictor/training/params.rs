use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

use crate::shape_predictor::model::{DEEPEST, MOST_CASCADES, MOST_POOL};

/// Settings of [`ShapePredictorTrainer`](crate::ShapePredictorTrainer); the defaults are dlib 19.24's.
///
/// dlib's published 68-point model has 15 cascades.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainParams {
    /// Number of cascades: how often pixels are looked at anew.
    pub cascades: usize,
    /// Trees of each cascade.
    pub trees_per_cascade: usize,
    /// Depth of each tree; it has two to the power of that many leaves.
    pub depth: usize,
    /// Share of a leaf's mean distance that the leaf adds, `0..=1`.
    pub nu: f64,
    /// How often every face is used, from different first shapes.
    pub oversampling: usize,
    /// Greatest random shift of a first shape, as a share of the box.
    pub translation_jitter: f64,
    /// Pixels that a cascade looks at.
    pub pool_size: usize,
    /// How far beyond the mean shape's extent these pixels may lie, as a share of the box.
    pub pool_padding: f64,
    /// Distance over which the chance to compare two pixels falls by e, as a share of the box.
    pub lambda: f64,
    /// Random splits of which each node takes the best.
    pub test_splits: usize,
    /// Every random choice follows from it.
    pub seed: u64,
}

impl Default for TrainParams {
    fn default() -> Self {
        Self {
            cascades: 10,
            trees_per_cascade: 500,
            depth: 4,
            nu: 0.1,
            oversampling: 20,
            translation_jitter: 0.0,
            pool_size: 400,
            pool_padding: 0.0,
            lambda: 0.1,
            test_splits: 20,
            seed: 0,
        }
    }
}

impl TrainParams {
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        let counts = [
            ("cascades", self.cascades, 1..=MOST_CASCADES, "1 to 1000"),
            ("trees_per_cascade", self.trees_per_cascade, 1..=100_000, "1 to 100000"),
            ("depth", self.depth, 1..=DEEPEST, "1 to 16"),
            ("oversampling", self.oversampling, 1..=100_000, "1 to 100000"),
            ("pool_size", self.pool_size, 2..=MOST_POOL, "2 to 65535"),
            ("test_splits", self.test_splits, 1..=10_000, "1 to 10000"),
        ];
        for (setting, found, range, expected) in counts {
            OutOfRange::unless(range.contains(&found), setting, expected, found)?;
        }
        let shares = [
            ("nu", self.nu, f64::MIN_POSITIVE..=1.0, "more than 0 and at most 1"),
            ("translation_jitter", self.translation_jitter, 0.0..=1.0, "0 to 1"),
            ("pool_padding", self.pool_padding, 0.0..=10.0, "0 to 10"),
            ("lambda", self.lambda, 1e-3..=1e3, "0.001 to 1000"),
        ];
        for (setting, found, range, expected) in shares {
            OutOfRange::unless(range.contains(&found), setting, expected, found)?;
        }
        Ok(())
    }
}
