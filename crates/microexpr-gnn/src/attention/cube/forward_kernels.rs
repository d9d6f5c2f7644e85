//! Forward kernels. Edge `e` runs from `edge_source[e]` to `edge_target[e]`.

use cubecl::prelude::*;

use super::pair::{pair_mean, pair_value, pair_variance};

/// LeakyReLU of `target[i] + source[j] + edge[e]`; one thread per edge and head.
#[cube(launch_unchecked)]
pub(super) fn self_scores(
    target: &Array<f32>,
    source: &Array<f32>,
    edge: &Array<f32>,
    edge_target: &Array<i32>,
    edge_source: &Array<i32>,
    scores: &mut Array<f32>,
    slope: f32,
    #[comptime] heads: usize,
) {
    let place = ABSOLUTE_POS;
    if place >= scores.len() {
        terminate!();
    }
    let e = place / heads;
    let head = place % heads;
    let node = usize::cast_from(edge_target[e]);
    let neighbour = usize::cast_from(edge_source[e]);
    let logit = target[node * heads + head] + source[neighbour * heads + head] + edge[place];
    scores[place] = select(logit > 0.0, logit, slope * logit);
}

/// `scale · Σ_k exp(−(z_k − μ)²/2v) / √(2πv)` with the floored variance `v` (eqs. 3–5); one thread per edge.
#[cube(launch_unchecked)]
pub(super) fn densities(
    target: &Array<f32>,
    source: &Array<f32>,
    weight: &Array<f32>,
    features: &Array<f32>,
    edge_target: &Array<i32>,
    edge_source: &Array<i32>,
    scores: &mut Array<f32>,
    floor: f32,
    scale: f32,
    count: f32,
    #[comptime] width: usize,
    #[comptime] edge_width: usize,
) {
    let e = ABSOLUTE_POS;
    if e >= scores.len() {
        terminate!();
    }
    let i = usize::cast_from(edge_target[e]);
    let j = usize::cast_from(edge_source[e]);
    let mean = pair_mean(target, source, weight, features, i, j, e, count, width, edge_width);
    let variance =
        pair_variance(target, source, weight, features, i, j, e, count, width, edge_width, mean) + floor;
    let exponent = f32::new(-0.5) / variance;
    let mut density = f32::new(0.0);
    for k in 0..width {
        let d = pair_value(target, source, weight, features, i, j, e, k, width, edge_width) - mean;
        density += Exp::exp(d * d * exponent);
    }
    scores[e] = scale * density / Sqrt::sqrt(f32::new(6.283_185_5) * variance);
}

/// Softmax over the incoming edges, in place; one thread per node and head.
#[cube(launch_unchecked)]
pub(super) fn softmax_incoming(
    scores: &mut Array<f32>,
    start: &Array<i32>,
    incoming: &Array<i32>,
    #[comptime] heads: usize,
) {
    let place = ABSOLUTE_POS;
    if place >= (start.len() - 1) * heads {
        terminate!();
    }
    let node = place / heads;
    let head = place % heads;
    let first = usize::cast_from(start[node]);
    let last = usize::cast_from(start[node + 1]);
    let mut largest = f32::new(-1e30);
    for entry in first..last {
        largest = max(largest, scores[usize::cast_from(incoming[entry]) * heads + head]);
    }
    let mut sum = f32::new(0.0);
    for entry in first..last {
        let at = usize::cast_from(incoming[entry]) * heads + head;
        let value = Exp::exp(scores[at] - largest);
        scores[at] = value;
        sum += value;
    }
    for entry in first..last {
        let at = usize::cast_from(incoming[entry]) * heads + head;
        scores[at] = scores[at] / sum;
    }
}

/// `λ α_self + (1 − λ) α_gaussian` (eq. 7); one thread per edge and head.
#[cube(launch_unchecked)]
pub(super) fn fuse(
    alpha_self: &Array<f32>,
    alpha_gaussian: &Array<f32>,
    lambda: &Array<f32>,
    alpha: &mut Array<f32>,
    #[comptime] heads: usize,
) {
    let place = ABSOLUTE_POS;
    if place >= alpha.len() {
        terminate!();
    }
    let gaussian = alpha_gaussian[place / heads];
    alpha[place] = lambda[0] * alpha_self[place] + (f32::new(1.0) - lambda[0]) * gaussian;
}

/// `Σ α[e] · values[other end of e]` over the listed edges of every node; one thread per node and channel.
///
/// Over incoming edges and their sources it is the weighted sum of eq. 8, over outgoing edges and their targets its
/// gradient.
#[cube(launch_unchecked)]
pub(super) fn weighted_sum(
    alpha: &Array<f32>,
    values: &Array<f32>,
    start: &Array<i32>,
    list: &Array<i32>,
    other_end: &Array<i32>,
    out: &mut Array<f32>,
    #[comptime] heads: usize,
    #[comptime] channels: usize,
    #[comptime] head_width: usize,
) {
    let place = ABSOLUTE_POS;
    if place >= out.len() {
        terminate!();
    }
    let node = place / channels;
    let channel = place % channels;
    let head = channel / head_width;
    let mut sum = f32::new(0.0);
    for entry in usize::cast_from(start[node])..usize::cast_from(start[node + 1]) {
        let e = usize::cast_from(list[entry]);
        sum += alpha[e * heads + head] * values[usize::cast_from(other_end[e]) * channels + channel];
    }
    out[place] = sum;
}
