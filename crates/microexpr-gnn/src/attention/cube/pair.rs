//! The pair features `z` of Gaussian attention, computed wherever they are needed and never stored.

use cubecl::prelude::*;

/// One entry of `z = target[i] + source[j] + weight · features[e]`.
#[cube]
pub(super) fn pair_value(
    target: &Array<f32>,
    source: &Array<f32>,
    weight: &Array<f32>,
    features: &Array<f32>,
    node: usize,
    neighbour: usize,
    e: usize,
    k: usize,
    #[comptime] width: usize,
    #[comptime] edge_width: usize,
) -> f32 {
    let mut z = target[node * width + k] + source[neighbour * width + k];
    for m in 0..edge_width {
        z += weight[k * edge_width + m] * features[e * edge_width + m];
    }
    z
}

/// Mean of the `width` entries of `z` (eq. 3); `count` is `width` as a float.
#[cube]
pub(super) fn pair_mean(
    target: &Array<f32>,
    source: &Array<f32>,
    weight: &Array<f32>,
    features: &Array<f32>,
    node: usize,
    neighbour: usize,
    e: usize,
    count: f32,
    #[comptime] width: usize,
    #[comptime] edge_width: usize,
) -> f32 {
    let mut sum = f32::new(0.0);
    for k in 0..width {
        sum += pair_value(target, source, weight, features, node, neighbour, e, k, width, edge_width);
    }
    sum / count
}

/// Variance of the entries of `z` around their mean (eq. 4), without a floor.
#[cube]
pub(super) fn pair_variance(
    target: &Array<f32>,
    source: &Array<f32>,
    weight: &Array<f32>,
    features: &Array<f32>,
    node: usize,
    neighbour: usize,
    e: usize,
    count: f32,
    #[comptime] width: usize,
    #[comptime] edge_width: usize,
    mean: f32,
) -> f32 {
    let mut squares = f32::new(0.0);
    for k in 0..width {
        let z = pair_value(target, source, weight, features, node, neighbour, e, k, width, edge_width);
        squares += (z - mean) * (z - mean);
    }
    squares / count
}
