//! Backward kernels: every thread owns one value of a gradient and sums over a list of edges, so there are no atomics.

use cubecl::prelude::*;

use super::pair::{pair_mean, pair_value, pair_variance};

/// Gradient of the attention weights, `⟨gradient[i], values[j]⟩` within a head; one thread per edge and head.
#[cube(launch_unchecked)]
pub(super) fn alpha_gradient(
    gradient: &Array<f32>,
    values: &Array<f32>,
    edge_target: &Array<i32>,
    edge_source: &Array<i32>,
    out: &mut Array<f32>,
    #[comptime] heads: usize,
    #[comptime] channels: usize,
    #[comptime] head_width: usize,
) {
    let place = ABSOLUTE_POS;
    if place >= out.len() {
        terminate!();
    }
    let e = place / heads;
    let first = (place % heads) * head_width;
    let node = usize::cast_from(edge_target[e]) * channels + first;
    let neighbour = usize::cast_from(edge_source[e]) * channels + first;
    let mut dot = f32::new(0.0);
    for c in 0..head_width {
        dot += gradient[node + c] * values[neighbour + c];
    }
    out[place] = dot;
}

/// `Σ α·dα` over the incoming edges, what softmax's gradient subtracts; one thread per node and column of `alpha`.
///
/// `alpha` has `columns` columns, `d_alpha` a multiple of that: each column of `alpha` serves `group` of its columns.
#[cube(launch_unchecked)]
pub(super) fn along_incoming(
    alpha: &Array<f32>,
    d_alpha: &Array<f32>,
    start: &Array<i32>,
    incoming: &Array<i32>,
    out: &mut Array<f32>,
    #[comptime] columns: usize,
    #[comptime] group: usize,
) {
    let place = ABSOLUTE_POS;
    if place >= out.len() {
        terminate!();
    }
    let node = place / columns;
    let column = place % columns;
    let mut sum = f32::new(0.0);
    for entry in usize::cast_from(start[node])..usize::cast_from(start[node + 1]) {
        let at = usize::cast_from(incoming[entry]) * columns + column;
        let mut d = f32::new(0.0);
        for g in 0..group {
            d += d_alpha[at * group + g];
        }
        sum += alpha[at] * d;
    }
    out[place] = sum;
}

/// Gradient of the self-attention logits; one thread per edge and head.
#[cube(launch_unchecked)]
pub(super) fn self_logit_gradient(
    target: &Array<f32>,
    source: &Array<f32>,
    edge: &Array<f32>,
    edge_target: &Array<i32>,
    edge_source: &Array<i32>,
    alpha_self: &Array<f32>,
    d_alpha: &Array<f32>,
    along: &Array<f32>,
    share: &Array<f32>,
    out: &mut Array<f32>,
    slope: f32,
    #[comptime] heads: usize,
) {
    let place = ABSOLUTE_POS;
    if place >= out.len() {
        terminate!();
    }
    let e = place / heads;
    let head = place % heads;
    let node = usize::cast_from(edge_target[e]) * heads + head;
    let neighbour = usize::cast_from(edge_source[e]) * heads + head;
    let logit = target[node] + source[neighbour] + edge[place];
    let by_logit = select(logit > 0.0, f32::new(1.0), slope);
    out[place] = by_logit * share[0] * alpha_self[place] * (d_alpha[place] - along[node]);
}

/// Sum over the listed edges of every node; one thread per node and column.
#[cube(launch_unchecked)]
pub(super) fn segment_sum(
    per_edge: &Array<f32>,
    start: &Array<i32>,
    list: &Array<i32>,
    out: &mut Array<f32>,
    #[comptime] columns: usize,
) {
    let place = ABSOLUTE_POS;
    if place >= out.len() {
        terminate!();
    }
    let node = place / columns;
    let column = place % columns;
    let mut sum = f32::new(0.0);
    for entry in usize::cast_from(start[node])..usize::cast_from(start[node + 1]) {
        sum += per_edge[usize::cast_from(list[entry]) * columns + column];
    }
    out[place] = sum;
}

/// Five numbers per edge from which the gradient of every `z_k` follows: with `d = z_k − μ`,
/// `dz_k = a·exp(s·d²)·d + b·d − c`. Written as `[μ, s, a, b, c]`; one thread per edge.
///
/// With `p_k = exp(−d_k²/2v)/√(2πv)`: `∂/∂d_k = −p_k d_k/v`, `∂/∂v = Σ p_k (d_k²/2v² − 1/2v)`, and
/// `v = Σ d_k²/D + floor`, `d_k = z_k − mean(z)`.
#[cube(launch_unchecked)]
pub(super) fn density_gradient(
    target: &Array<f32>,
    source: &Array<f32>,
    weight: &Array<f32>,
    features: &Array<f32>,
    edge_target: &Array<i32>,
    edge_source: &Array<i32>,
    score_gradient: &Array<f32>,
    out: &mut Array<f32>,
    floor: f32,
    count: f32,
    #[comptime] width: usize,
    #[comptime] edge_width: usize,
) {
    let e = ABSOLUTE_POS;
    if e >= score_gradient.len() {
        terminate!();
    }
    let i = usize::cast_from(edge_target[e]);
    let j = usize::cast_from(edge_source[e]);
    let mean = pair_mean(target, source, weight, features, i, j, e, count, width, edge_width);
    let variance =
        pair_variance(target, source, weight, features, i, j, e, count, width, edge_width, mean) + floor;
    let exponent = f32::new(-0.5) / variance;
    let mut total = f32::new(0.0);
    let mut first = f32::new(0.0);
    let mut second = f32::new(0.0);
    for k in 0..width {
        let d = pair_value(target, source, weight, features, i, j, e, k, width, edge_width) - mean;
        let p = Exp::exp(d * d * exponent);
        total += p;
        first += p * d;
        second += p * d * d;
    }
    let norm = score_gradient[e] / Sqrt::sqrt(f32::new(6.283_185_5) * variance);
    let by_deviation = f32::new(0.0) - norm / variance;
    let by_variance = norm * f32::new(0.5) / variance * (second / variance - total);
    out[e * 5] = mean;
    out[e * 5 + 1] = exponent;
    out[e * 5 + 2] = by_deviation;
    out[e * 5 + 3] = f32::new(2.0) * by_variance / count;
    out[e * 5 + 4] = by_deviation * first / count;
}

/// Gradient of one `z_k`, from the five numbers of its edge.
#[cube]
fn pair_gradient(z: f32, numbers: &Array<f32>, e: usize) -> f32 {
    let d = z - numbers[e * 5];
    let bell = Exp::exp(numbers[e * 5 + 1] * d * d);
    numbers[e * 5 + 2] * bell * d + numbers[e * 5 + 3] * d - numbers[e * 5 + 4]
}

/// Gradient of the node parts of `z`, summed over the listed edges; one thread per node and feature.
#[cube(launch_unchecked)]
pub(super) fn pair_node_gradient(
    target: &Array<f32>,
    source: &Array<f32>,
    weight: &Array<f32>,
    features: &Array<f32>,
    edge_target: &Array<i32>,
    edge_source: &Array<i32>,
    numbers: &Array<f32>,
    start: &Array<i32>,
    list: &Array<i32>,
    out: &mut Array<f32>,
    #[comptime] width: usize,
    #[comptime] edge_width: usize,
) {
    let place = ABSOLUTE_POS;
    if place >= out.len() {
        terminate!();
    }
    let node = place / width;
    let k = place % width;
    let mut sum = f32::new(0.0);
    for entry in usize::cast_from(start[node])..usize::cast_from(start[node + 1]) {
        let e = usize::cast_from(list[entry]);
        let i = usize::cast_from(edge_target[e]);
        let j = usize::cast_from(edge_source[e]);
        let z = pair_value(target, source, weight, features, i, j, e, k, width, edge_width);
        sum += pair_gradient(z, numbers, e);
    }
    out[place] = sum;
}

/// Gradient of the edge features; one thread per edge and edge feature.
#[cube(launch_unchecked)]
pub(super) fn edge_feature_gradient(
    target: &Array<f32>,
    source: &Array<f32>,
    weight: &Array<f32>,
    features: &Array<f32>,
    edge_target: &Array<i32>,
    edge_source: &Array<i32>,
    numbers: &Array<f32>,
    out: &mut Array<f32>,
    #[comptime] width: usize,
    #[comptime] edge_width: usize,
) {
    let place = ABSOLUTE_POS;
    if place >= out.len() {
        terminate!();
    }
    let e = place / edge_width;
    let m = place % edge_width;
    let i = usize::cast_from(edge_target[e]);
    let j = usize::cast_from(edge_source[e]);
    let mut sum = f32::new(0.0);
    for k in 0..width {
        let z = pair_value(target, source, weight, features, i, j, e, k, width, edge_width);
        sum += pair_gradient(z, numbers, e) * weight[k * edge_width + m];
    }
    out[place] = sum;
}

/// Gradient of the edge weights over one part of the edges; one thread per part and weight.
#[cube(launch_unchecked)]
pub(super) fn edge_weight_gradient(
    target: &Array<f32>,
    source: &Array<f32>,
    weight: &Array<f32>,
    features: &Array<f32>,
    edge_target: &Array<i32>,
    edge_source: &Array<i32>,
    numbers: &Array<f32>,
    out: &mut Array<f32>,
    #[comptime] width: usize,
    #[comptime] edge_width: usize,
    #[comptime] part: usize,
) {
    let place = ABSOLUTE_POS;
    if place >= out.len() {
        terminate!();
    }
    let at = place % (width * edge_width);
    let k = at / edge_width;
    let m = at % edge_width;
    let first = place / (width * edge_width) * part;
    let last = min(first + part, edge_target.len());
    let mut sum = f32::new(0.0);
    for e in first..last {
        let i = usize::cast_from(edge_target[e]);
        let j = usize::cast_from(edge_source[e]);
        let z = pair_value(target, source, weight, features, i, j, e, k, width, edge_width);
        sum += pair_gradient(z, numbers, e) * features[e * edge_width + m];
    }
    out[place] = sum;
}
