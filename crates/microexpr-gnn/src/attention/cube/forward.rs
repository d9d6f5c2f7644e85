//! The forward pass as a sequence of launches.
#![expect(
    unsafe_code,
    reason = "kernels are launched without bounds checks; every index list is checked on the host"
)]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{BoolElement, CubeBackend, CubeRuntime, FloatElement, IntElement};

use super::forward_kernels::{densities, fuse, self_scores, softmax_incoming, weighted_sum};
use super::launch::{new_matrix, threads};
use super::lists::{EdgesOfNodes, EdgesOnDevice};
use crate::attention::fused::{AttentionForward, AttentionOperands};
use crate::attention::{AttentionSettings, DensityReduction};

pub(super) fn run<R, F, I, BT>(
    operands: &AttentionOperands<CubeBackend<R, F, I, BT>>,
    lists: &EdgesOnDevice<R>,
    settings: &AttentionSettings,
) -> AttentionForward<CubeBackend<R, F, I, BT>>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    let [values, target, source, edge, p, q, weight, features, lambda] = operands;
    let (Some(values), Some(lambda)) = (values, lambda) else { unreachable!("always present") };
    let alpha_self = match (target, source, edge) {
        (Some(target), Some(source), Some(edge)) => {
            Some(self_attention([target, source, edge], lists, settings))
        }
        _ => None,
    };
    let alpha_gaussian = match (p, q, weight, features) {
        (Some(p), Some(q), Some(weight), Some(features)) => {
            Some(gaussian_attention([p, q, weight, features], lists, settings))
        }
        _ => None,
    };
    let alpha = match (&alpha_self, &alpha_gaussian) {
        (Some(own), Some(pair)) => fused(own, pair, lambda),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => unreachable!("one mechanism is always present"),
    };
    let values = weighted(&alpha, values, &lists.incoming, &lists.source);
    AttentionForward { values, alpha_self, alpha_gaussian, alpha }
}

fn self_attention<R: CubeRuntime>(
    [target, source, edge]: [&CubeTensor<R>; 3],
    lists: &EdgesOnDevice<R>,
    settings: &AttentionSettings,
) -> CubeTensor<R> {
    let heads = columns(target);
    let scores = new_matrix(target, [lists.edges, heads]);
    let client = target.client.clone();
    let (count, dim) = threads(&client, lists.edges * heads);
    // SAFETY: both ends of every edge are nodes, checked when the edge list was built.
    unsafe {
        self_scores::launch_unchecked::<R>(
            &client,
            count,
            dim,
            target.clone().into_array_arg(),
            source.clone().into_array_arg(),
            edge.clone().into_array_arg(),
            lists.target.clone().into_array_arg(),
            lists.source.clone().into_array_arg(),
            scores.clone().into_array_arg(),
            settings.negative_slope as f32,
            heads,
        );
    }
    softmax(&scores, lists);
    scores
}

fn gaussian_attention<R: CubeRuntime>(
    [target, source, weight, features]: [&CubeTensor<R>; 4],
    lists: &EdgesOnDevice<R>,
    settings: &AttentionSettings,
) -> CubeTensor<R> {
    let (width, edge_width) = (columns(target), columns(features));
    let scores = new_matrix(target, [lists.edges, 1]);
    let client = target.client.clone();
    let (count, dim) = threads(&client, lists.edges);
    // SAFETY: as above.
    unsafe {
        densities::launch_unchecked::<R>(
            &client,
            count,
            dim,
            target.clone().into_array_arg(),
            source.clone().into_array_arg(),
            weight.clone().into_array_arg(),
            features.clone().into_array_arg(),
            lists.target.clone().into_array_arg(),
            lists.source.clone().into_array_arg(),
            scores.clone().into_array_arg(),
            settings.variance_floor as f32,
            reduction(settings, width),
            width as f32,
            width,
            edge_width,
        );
    }
    softmax(&scores, lists);
    scores
}

fn softmax<R: CubeRuntime>(scores: &CubeTensor<R>, lists: &EdgesOnDevice<R>) {
    let heads = columns(scores);
    let (count, dim) = threads(&scores.client, lists.nodes * heads);
    // SAFETY: the lists hold edge numbers only.
    unsafe {
        softmax_incoming::launch_unchecked::<R>(
            &scores.client,
            count,
            dim,
            scores.clone().into_array_arg(),
            lists.incoming.start.clone().into_array_arg(),
            lists.incoming.edge.clone().into_array_arg(),
            heads,
        );
    }
}

fn fused<R: CubeRuntime>(own: &CubeTensor<R>, pair: &CubeTensor<R>, lambda: &CubeTensor<R>) -> CubeTensor<R> {
    let (edges, heads) = (own.meta.shape()[0], columns(own));
    let alpha = new_matrix(own, [edges, heads]);
    let (count, dim) = threads(&own.client, edges * heads);
    // SAFETY: one thread per value, checked in the kernel.
    unsafe {
        fuse::launch_unchecked::<R>(
            &own.client,
            count,
            dim,
            own.clone().into_array_arg(),
            pair.clone().into_array_arg(),
            lambda.clone().into_array_arg(),
            alpha.clone().into_array_arg(),
            heads,
        );
    }
    alpha
}

/// `Σ α[e] · values[other_end[e]]` over the given edges of every node.
pub(super) fn weighted<R: CubeRuntime>(
    alpha: &CubeTensor<R>,
    values: &CubeTensor<R>,
    edges: &EdgesOfNodes<R>,
    other_end: &CubeTensor<R>,
) -> CubeTensor<R> {
    let (nodes, channels, heads) = (values.meta.shape()[0], columns(values), columns(alpha));
    let out = new_matrix(values, [nodes, channels]);
    let (count, dim) = threads(&values.client, nodes * channels);
    // SAFETY: the lists hold edge numbers and nodes only.
    unsafe {
        weighted_sum::launch_unchecked::<R>(
            &values.client,
            count,
            dim,
            alpha.clone().into_array_arg(),
            values.clone().into_array_arg(),
            edges.start.clone().into_array_arg(),
            edges.edge.clone().into_array_arg(),
            other_end.clone().into_array_arg(),
            out.clone().into_array_arg(),
            heads,
            channels,
            channels / heads,
        );
    }
    out
}

pub(super) fn columns<R: CubeRuntime>(matrix: &CubeTensor<R>) -> usize {
    matrix.meta.shape()[1]
}

/// What the summed density is multiplied by.
pub(super) fn reduction(settings: &AttentionSettings, width: usize) -> f32 {
    match settings.reduction {
        DensityReduction::Sum => 1.0,
        DensityReduction::Mean => 1.0 / width as f32,
    }
}
