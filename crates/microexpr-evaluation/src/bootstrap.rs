//! How far scores would scatter with other people of the same kind.

use std::collections::BTreeMap;

use microexpr_core::OutOfRange;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::{ConfusionMatrix, EvaluationError};

/// Settings of [`bootstrap_intervals`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BootstrapParams {
    /// Number of resamples, at least 1; the ends of the intervals scatter by about 2 % of the score's
    /// standard error at 10 000.
    pub resamples: usize,
    /// Confidence level, between 0 and 1.
    pub level: f64,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for BootstrapParams {
    fn default() -> Self {
        Self { resamples: 10_000, level: 0.95, seed: 0 }
    }
}

/// Confidence intervals `(low, high)` of the pooled scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreIntervals {
    /// Of the accuracy.
    pub accuracy: (f64, f64),
    /// Of the unweighted F1.
    pub uf1: (f64, f64),
    /// Of the unweighted average recall.
    pub uar: (f64, f64),
}

/// Percentile bootstrap intervals of accuracy, UF1 and UAR.
///
/// `units[i]` names what prediction i is drawn together with. Give its subject: clips of one person are alike,
/// so people are the sample, and intervals that resample single clips are too narrow. Give its clip (or any
/// names that differ) to resample clips all the same. Each resample draws as many units as there are, with
/// replacement, and pools all their predictions in one [`ConfusionMatrix`]; an interval reaches from the
/// `(1 − level)/2` to the `(1 + level)/2` quantile of the resamples' scores, interpolated linearly. Predictions
/// of several seeds may be given at once, as long as those of one subject have one name.
///
/// A class of which a resample holds neither a clip nor a prediction scores 0 there, as everywhere.
///
/// Source: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993, §13.3 (percentile interval);
/// A. Davison, D. Hinkley, "Bootstrap Methods and their Application", 1997, §3.8 (whole clusters).
///
/// # Errors
///
/// [`EvaluationError::Setting`] for settings out of range, [`EvaluationError::Size`] for lists of different lengths or
/// without predictions, [`EvaluationError::UnknownClass`].
///
/// # Example
///
/// ```
/// use microexpr_evaluation::{BootstrapParams, bootstrap_intervals};
///
/// // Two people: one is always recognised, the other never.
/// let (truth, predicted) = ([0, 1, 0, 1], [0, 1, 1, 0]);
/// let subjects = ["s1", "s1", "s2", "s2"];
/// let intervals = bootstrap_intervals(2, &truth, &predicted, &subjects, &BootstrapParams::default())?;
/// assert_eq!(intervals.accuracy, (0.0, 1.0));
/// # Ok::<(), microexpr_evaluation::EvaluationError>(())
/// ```
pub fn bootstrap_intervals<S: AsRef<str>>(
    classes: usize,
    truth: &[usize],
    predicted: &[usize],
    units: &[S],
    params: &BootstrapParams,
) -> Result<ScoreIntervals, EvaluationError> {
    params.validate()?;
    let matrices = matrix_of_each_unit(classes, truth, predicted, units)?;
    let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
    let mut scores: [Vec<f64>; 3] = std::array::from_fn(|_| Vec::with_capacity(params.resamples));
    for _ in 0..params.resamples {
        let mut pooled = ConfusionMatrix::new(classes);
        for _ in 0..matrices.len() {
            pooled.merge(&matrices[rng.random_range(0..matrices.len())])?;
        }
        for (list, score) in scores.iter_mut().zip([pooled.accuracy(), pooled.uf1(), pooled.uar()]) {
            list.push(score);
        }
    }
    let [accuracy, uf1, uar] = scores.map(|list| central_interval(list, params.level));
    Ok(ScoreIntervals { accuracy, uf1, uar })
}

impl BootstrapParams {
    fn validate(&self) -> Result<(), EvaluationError> {
        OutOfRange::unless(self.resamples > 0, "resamples", "at least 1", self.resamples)?;
        let inside = self.level > 0.0 && self.level < 1.0;
        Ok(OutOfRange::unless(inside, "level", "more than 0 and less than 1", self.level)?)
    }
}

/// In the order of the units' names, so that the order of the predictions does not matter.
fn matrix_of_each_unit<S: AsRef<str>>(
    classes: usize,
    truth: &[usize],
    predicted: &[usize],
    units: &[S],
) -> Result<Vec<ConfusionMatrix>, EvaluationError> {
    for (what, found) in [("predictions", predicted.len()), ("units of the predictions", units.len())] {
        if found != truth.len() {
            return Err(EvaluationError::Size { what, expected: truth.len(), found });
        }
    }
    if truth.is_empty() {
        return Err(EvaluationError::Size { what: "predictions (at least)", expected: 1, found: 0 });
    }
    let mut matrices = BTreeMap::new();
    for ((truth, predicted), unit) in truth.iter().zip(predicted).zip(units) {
        let matrix = matrices.entry(unit.as_ref()).or_insert_with(|| ConfusionMatrix::new(classes));
        matrix.add(*truth, *predicted)?;
    }
    Ok(matrices.into_values().collect())
}

fn central_interval(mut values: Vec<f64>, level: f64) -> (f64, f64) {
    values.sort_unstable_by(f64::total_cmp);
    (quantile(&values, 0.5 - 0.5 * level), quantile(&values, 0.5 + 0.5 * level))
}

/// Quantile of sorted values at the position `share · (n − 1)`, interpolated linearly (type 7 of R. Hyndman,
/// Y. Fan, "Sample Quantiles in Statistical Packages", The American Statistician 1996; NumPy's default).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let (below, part) = (position.floor(), position.fract());
    let low = sorted[below as usize];
    let high = sorted[(below as usize + 1).min(sorted.len() - 1)];
    low + part * (high - low)
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_are_interpolated_linearly() {
        // numpy.quantile([1, 2, 4, 8], [0, 0.1, 0.5, 0.9, 1]) of NumPy 2.4.
        let expected = [1.0, 1.3, 3.0, 6.8, 8.0];
        for (share, value) in [0.0, 0.1, 0.5, 0.9, 1.0].into_iter().zip(expected) {
            assert!((quantile(&[1.0, 2.0, 4.0, 8.0], share) - value).abs() < 1e-12, "{share}");
        }
        assert_eq!(quantile(&[3.0], 0.7), 3.0);
    }
}
