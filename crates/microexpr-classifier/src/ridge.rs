//! Ridge regression of class scores on features.
//!
//! Source: A. Hoerl, R. Kennard, "Ridge Regression: Biased Estimation for Nonorthogonal Problems", Technometrics 12, 1970; on
//! class labels: R. Rifkin, G. Yeo, T. Poggio, "Regularized Least-Squares Classification", 2003.

use nalgebra::{Cholesky, DMatrix};

/// Probability of its own class that a training clip's scores aim at; the other classes share the rest.
const CERTAINTY: f64 = 0.9;

/// Weights `[class, feature]` row by row, and the bias of every class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RidgeWeights {
    pub(crate) weights: Vec<f64>,
    pub(crate) bias: Vec<f64>,
}

/// What the scores are fitted to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RidgeTargets<'a> {
    /// Class of every row of features.
    pub(crate) labels: &'a [usize],
    /// Number of classes.
    pub(crate) classes: usize,
    /// Weight of every class; all 1 if absent.
    pub(crate) class_weights: Option<&'a [f32]>,
}

/// Minimises `Σ_r w_r·‖W x_r + b − t_r‖² + (‖W‖² + ‖b‖²)/strength` over rows `x_r` of `features`, `width` values each; `None` if
/// that has no finite solution.
///
/// `t_r` is the logarithm of the smoothed label (own class .9, the others share .1) minus its mean over the classes, so that
/// the softmax of scores that fit is the smoothed label.
pub(crate) fn ridge(
    features: &[f32],
    width: usize,
    targets: RidgeTargets<'_>,
    strength: f64,
) -> Option<RidgeWeights> {
    let RidgeTargets { labels, classes, class_weights } = targets;
    // The bias is the weight of one more feature that is always 1.
    let value = |row: usize, column: usize| match column {
        column if column == width => 1.0,
        column => f64::from(features[row * width + column]),
    };
    let root = |row: usize| class_weights.map_or(1.0, |weights| f64::from(weights[labels[row]]).sqrt());
    let x = DMatrix::from_fn(labels.len(), width + 1, |row, column| root(row) * value(row, column));
    let own = if classes > 1 { (CERTAINTY * (classes - 1) as f64 / (1.0 - CERTAINTY)).ln() } else { 0.0 };
    let share = 1.0 / classes as f64;
    let target = |row: usize, class: usize| own * (f64::from(u8::from(labels[row] == class)) - share);
    let t = DMatrix::from_fn(labels.len(), classes, |row, class| root(row) * target(row, class));
    let mut system = x.tr_mul(&x);
    (0..=width).for_each(|i| system[(i, i)] += 1.0 / strength);
    let solution = Cholesky::new(system)?.solve(&x.tr_mul(&t));
    let finite = solution.iter().all(|weight| weight.is_finite());
    let weights = (0..classes).flat_map(|class| (0..width).map(move |i| (i, class)));
    finite.then(|| RidgeWeights {
        weights: weights.map(|at| solution[at]).collect(),
        bias: (0..classes).map(|class| solution[(width, class)]).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One feature, two classes: by hand.
    #[test]
    fn a_single_feature_is_fitted_as_by_hand() {
        // Σ w x² = 2·(1² + 2²), no bias in effect as x is symmetric; Σ w x t = 2·(t·1 + t·2), t = ½ ln 9.
        let (features, labels) = ([1.0, 2.0, -1.0, -2.0], [0, 0, 1, 1]);
        let targets = RidgeTargets { labels: &labels, classes: 2, class_weights: None };
        let fit = ridge(&features, 1, targets, 0.5).unwrap();
        let t = 9.0f64.ln() / 2.0;
        let slope = 2.0 * 3.0 * t / (2.0 * 5.0 + 1.0 / 0.5);
        assert!((fit.weights[0] - slope).abs() < 1e-12 && (fit.weights[1] + slope).abs() < 1e-12);
        assert!(fit.bias.iter().all(|b| b.abs() < 1e-12));
    }

    #[test]
    fn a_weight_of_two_is_the_row_twice() {
        let fit = |features: &[f32], labels: &[usize], class_weights: Option<&[f32]>| {
            ridge(features, 2, RidgeTargets { labels, classes: 2, class_weights }, 3.0).unwrap()
        };
        let once = fit(&[1.0, 0.2, -0.5, 1.0, 0.3, 0.3], &[0, 1, 0], Some(&[1.0, 2.0]));
        let twice = fit(&[1.0, 0.2, -0.5, 1.0, 0.3, 0.3, -0.5, 1.0], &[0, 1, 0, 1], None);
        let all = |fit: &RidgeWeights| [fit.weights.clone(), fit.bias.clone()].concat();
        assert!(all(&once).iter().zip(all(&twice)).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    #[test]
    fn scores_that_fit_give_the_smoothed_label() {
        let labels = [0, 1, 2];
        let features = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        let targets = RidgeTargets { labels: &labels, classes: 3, class_weights: None };
        let fit = ridge(&features, 3, targets, 1e9).unwrap();
        let scores: Vec<f64> = (0..3).map(|class| fit.weights[3 * class] + fit.bias[class]).collect();
        let sum: f64 = scores.iter().map(|s| s.exp()).sum();
        assert!((scores[0].exp() / sum - CERTAINTY).abs() < 1e-6);
    }
}
