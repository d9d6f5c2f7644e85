//! Radial basis function: how alike the features of an edge's ends are.

use microexpr_core::OutOfRange;
use ndarray::{ArrayView2, Zip};
use serde::{Deserialize, Serialize};

use crate::GraphError;
use crate::adjacency;

/// Standard deviation σ of the radial basis function.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Bandwidth {
    /// The median feature distance over the graph's edges between different nodes: independent of the
    /// features' scale.
    #[default]
    Median,
    /// A fixed value in the features' unit.
    Fixed(f64),
}

/// Radial basis function `exp(−‖xᵢ − xⱼ‖² / 2σ²)` of every edge from j to i, in `0..=1`, for finite node
/// features
/// `[node, feature]`.
///
/// Edges from a node to itself are 1. Where the median distance is 0 the limit σ → 0 holds: equal features
/// give 1, others 0.
///
/// # Errors
///
/// [`GraphError::NodeRange`] if an edge names a node without features, [`GraphError::Length`] if the lists
/// differ in length, [`GraphError::Setting`] for a fixed σ that is not a positive number.
///
/// # Example
///
/// ```
/// use microexpr_graph::{Bandwidth, rbf};
/// use ndarray::array;
///
/// let similarity = rbf(array![[0.0], [3.0]].view(), &[0, 1, 1], &[0, 0, 1], Bandwidth::Fixed(3.0))?;
/// assert_eq!(similarity, [1.0, (-0.5_f32).exp(), 1.0]);
/// # Ok::<(), microexpr_graph::GraphError>(())
/// ```
pub fn rbf(
    features: ArrayView2<'_, f32>,
    source: &[u32],
    target: &[u32],
    bandwidth: Bandwidth,
) -> Result<Vec<f32>, GraphError> {
    adjacency::check(features.nrows(), source, target)?;
    let squared: Vec<f64> =
        source.iter().zip(target).map(|(s, t)| squared_distance(features, *s, *t)).collect();
    let variance = match bandwidth {
        Bandwidth::Fixed(sigma) if sigma.is_finite() && sigma > 0.0 => sigma * sigma,
        Bandwidth::Fixed(found) => {
            return Err(OutOfRange::new("bandwidth", "a positive number", found).into());
        }
        Bandwidth::Median => {
            let between = source.iter().zip(target).zip(&squared).filter(|((s, t), _)| s != t);
            median(between.map(|(_, d)| d.sqrt()).collect()).powi(2)
        }
    };
    Ok(squared.iter().map(|d| if *d == 0.0 { 1.0 } else { (-d / (2.0 * variance)).exp() as f32 }).collect())
}

fn squared_distance(features: ArrayView2<'_, f32>, a: u32, b: u32) -> f64 {
    let (a, b) = (features.row(a as usize), features.row(b as usize));
    Zip::from(a).and(b).fold(0.0, |sum, x, y| sum + (f64::from(*x) - f64::from(*y)).powi(2))
}

/// The middle value, the mean of the two middle ones of an even number, 0 of none.
fn median(mut values: Vec<f64>) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let half = values.len() / 2;
    let odd = values.len() % 2 == 1;
    let (below, middle, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let upper = *middle;
    if odd {
        return upper;
    }
    let lower = below.iter().copied().max_by(f64::total_cmp).unwrap_or(upper);
    (lower + upper) / 2.0
}
