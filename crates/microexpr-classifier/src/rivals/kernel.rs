use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// How alike two rows of features are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kernel {
    /// `x·y / m`, `m` the mean of `x·x` over the training rows.
    Linear,
    /// The Gaussian, `exp(−gamma·‖x − y‖² / m)`, `m` the median of `‖x − y‖²` over the pairs of training rows.
    Rbf {
        /// Inverse width in medians.
        gamma: f64,
    },
}

/// A kernel and its unit among training rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FittedKernel {
    pub(super) kernel: Kernel,
    pub(super) unit: f64,
}

impl FittedKernel {
    /// Measures the unit; 1 where rows do not differ.
    pub(super) fn fit(kernel: Kernel, rows: &DMatrix<f64>) -> Self {
        let unit = match kernel {
            Kernel::Linear => rows.norm_squared() / rows.nrows().max(1) as f64,
            Kernel::Rbf { .. } => {
                let products = rows * rows.transpose();
                let pairs = (0..rows.nrows()).flat_map(|i| (0..i).map(move |j| (i, j)));
                median(pairs.map(|(i, j)| squared_distance(&products, i, j)).collect())
            }
        };
        Self { kernel, unit: if unit > 0.0 { unit } else { 1.0 } }
    }

    /// `[row of a, row of b]`.
    pub(super) fn matrix(self, a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
        let mut alike = a * b.transpose();
        let squares = |rows: &DMatrix<f64>| rows.row_iter().map(|row| row.norm_squared()).collect::<Vec<_>>();
        let (of_a, of_b) = (squares(a), squares(b));
        for (j, mut column) in alike.column_iter_mut().enumerate() {
            for (i, value) in column.iter_mut().enumerate() {
                *value = match self.kernel {
                    Kernel::Linear => *value / self.unit,
                    Kernel::Rbf { gamma } => {
                        (-gamma * (of_a[i] + of_b[j] - 2.0 * *value).max(0.0) / self.unit).exp()
                    }
                };
            }
        }
        alike
    }
}

fn squared_distance(products: &DMatrix<f64>, i: usize, j: usize) -> f64 {
    (products[(i, i)] + products[(j, j)] - 2.0 * products[(i, j)]).max(0.0)
}

/// The middle value, the upper one of two; 0 of none.
fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(middle, f64::total_cmp).1 }
}
