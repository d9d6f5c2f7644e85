use nalgebra::{Cholesky, DMatrix};

use super::kernel::{FittedKernel, Kernel};
use super::machine_learner::balanced_weights;

/// Kernel ridge regression on class indicators, classes balanced: the score of class k at x is `Σᵢ αᵢₖ·(K(x, xᵢ) + 1)` with
/// `(K + 1 + diag(1/(C·wᵢ)))·α = H`, `Hᵢₖ` 1 for i's class and `−1/(classes − 1)` for the others, `wᵢ = n/(classes·n_class)`.
///
/// Source: C. Saunders, A. Gammerman, V. Vovk, "Ridge Regression Learning Algorithm in Dual Variables", ICML 1998; the constant 1
/// of the kernel stands for an intercept.
#[derive(Debug)]
pub(super) struct KernelRidge {
    kernel: FittedKernel,
    rows: DMatrix<f64>,
    alpha: DMatrix<f64>,
}

impl KernelRidge {
    /// Fits the scores to rows of features; `None` if the system has no solution.
    pub(super) fn fit(
        rows: DMatrix<f64>,
        labels: &[usize],
        classes: usize,
        kernel: Kernel,
        c: f64,
    ) -> Option<Self> {
        let kernel = FittedKernel::fit(kernel, &rows);
        let mut system = kernel.matrix(&rows, &rows).add_scalar(1.0);
        let weights = balanced_weights(labels, classes);
        labels.iter().enumerate().for_each(|(i, label)| system[(i, i)] += 1.0 / (c * weights[*label]));
        let other = -1.0 / (classes.max(2) - 1) as f64;
        let target = |i: usize, class: usize| if labels[i] == class { 1.0 } else { other };
        let targets = DMatrix::from_fn(labels.len(), classes, target);
        let alpha = Cholesky::new(system)?.solve(&targets);
        alpha.iter().all(|a| a.is_finite()).then_some(Self { kernel, rows, alpha })
    }

    /// Scores `[row, class]`.
    pub(super) fn scores(&self, rows: &DMatrix<f64>) -> DMatrix<f64> {
        self.kernel.matrix(rows, &self.rows).add_scalar(1.0) * &self.alpha
    }
}
