use linfa::Dataset;
use linfa::traits::Fit;
use linfa_svm::{Svm, SvmError};
use nalgebra::DMatrix;
use ndarray_of_linfa::{Array1, Array2};

use super::kernel::{FittedKernel, Kernel};
use super::machine_learner::balanced_weights;

/// Precision of the optimum.
const EPS: f64 = 1e-4;

/// Support vector machines, one for every pair of classes, classes balanced.
///
/// Source: C. Cortes, V. Vapnik, "Support-Vector Networks", Machine Learning 20, 1995, solved by linfa-svm; votes and confidences
/// of the pairs joined as scikit-learn's `decision_function` joins them.
#[derive(Debug)]
pub(super) struct PairwiseSvm {
    classes: usize,
    /// What features are divided by.
    scale: f64,
    pairs: Vec<Pair>,
}

#[derive(Debug)]
struct Pair {
    /// The first class is the one of positive decision values.
    classes: [usize; 2],
    machine: Svm<f64, bool>,
}

impl PairwiseSvm {
    /// Trains on rows of features. A class without rows is never answered.
    pub(super) fn fit(
        rows: &DMatrix<f64>,
        labels: &[usize],
        classes: usize,
        kernel: Kernel,
        c: f64,
    ) -> Result<Self, SvmError> {
        let FittedKernel { kernel, unit } = FittedKernel::fit(kernel, rows);
        let weights = balanced_weights(labels, classes);
        // The kernel's unit goes into the features.
        let scale = unit.sqrt();
        let present: Vec<usize> = (0..classes).filter(|class| labels.contains(class)).collect();
        let couples = present.iter().enumerate().flat_map(|(i, a)| present[i + 1..].iter().map(|b| [*a, *b]));
        let train = |[a, b]: [usize; 2]| {
            let of_pair: Vec<usize> =
                (0..labels.len()).filter(|row| [a, b].contains(&labels[*row])).collect();
            let feature = |(i, column): (usize, usize)| rows[(of_pair[i], column)] / scale;
            let features = Array2::from_shape_fn((of_pair.len(), rows.ncols()), feature);
            let targets: Array1<bool> = of_pair.iter().map(|row| labels[*row] == a).collect();
            let params = Svm::<f64, bool>::params().eps(EPS).pos_neg_weights(c * weights[a], c * weights[b]);
            let params = match kernel {
                Kernel::Linear => params.linear_kernel(),
                Kernel::Rbf { gamma } => params.gaussian_kernel(1.0 / gamma),
            };
            Ok(Pair { classes: [a, b], machine: params.fit(&Dataset::new(features, targets))? })
        };
        Ok(Self { classes, scale, pairs: couples.map(train).collect::<Result<_, SvmError>>()? })
    }

    /// Scores `[row, class]`: the votes of the pairs, and their confidence as a share of a vote.
    pub(super) fn scores(&self, rows: &DMatrix<f64>) -> DMatrix<f64> {
        let (mut votes, mut confidence) =
            (DMatrix::zeros(rows.nrows(), self.classes), DMatrix::<f64>::zeros(rows.nrows(), self.classes));
        for (i, row) in rows.row_iter().enumerate() {
            let row: Array1<f64> = row.iter().map(|value| value / self.scale).collect();
            for Pair { classes: [a, b], machine } in &self.pairs {
                let value = machine.weighted_sum(&row) - machine.rho;
                votes[(i, if value > 0.0 { *a } else { *b })] += 1.0;
                confidence[(i, *a)] += value;
                confidence[(i, *b)] -= value;
            }
        }
        votes + confidence.map(|sum| sum / (3.0 * (sum.abs() + 1.0)))
    }
}
