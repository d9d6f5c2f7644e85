//! The forward pass as a sequence of launches.
#![expect(
    unsafe_code,
    reason = "kernels are launched without bounds checks; `launch!` says why that is sound"
)]

use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{BoolElement, CubeBackend, CubeRuntime, FloatElement, IntElement};

use super::forward_kernels::{fuse, self_scores, softmax_incoming, weighted_sum};
use super::launch::{columns, launch, new_matrix};
use super::lists::{EdgesOfNodes, EdgesOnDevice};
use super::pair_launch::Pair;
use crate::attention::{AttentionForward, AttentionOperands, AttentionSettings, SelfOperands};

pub(super) fn run<R, F, I, BT>(
    operands: &AttentionOperands<CubeTensor<R>>,
    lists: &EdgesOnDevice<R>,
    settings: &AttentionSettings,
) -> AttentionForward<CubeBackend<R, F, I, BT>>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    let alpha_self = operands.own.as_ref().map(|own| self_attention(own, lists, settings));
    let alpha_gaussian = operands.gaussian.as_ref().map(|gaussian| {
        let scores = Pair { terms: gaussian.as_ref(), lists }.densities(settings);
        softmax(&scores, lists);
        scores
    });
    let alpha = match (&alpha_self, &alpha_gaussian) {
        (Some(own), Some(pair)) => fused(own, pair, &operands.lambda),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => unreachable!("one mechanism is always present"),
    };
    let values = weighted(&alpha, &operands.values, &lists.incoming, &lists.source);
    AttentionForward { values, alpha_self, alpha_gaussian, alpha }
}

fn self_attention<R: CubeRuntime>(
    own: &SelfOperands<CubeTensor<R>>,
    lists: &EdgesOnDevice<R>,
    settings: &AttentionSettings,
) -> CubeTensor<R> {
    let heads = columns(&own.target);
    let scores = new_matrix(&own.target, [lists.edges, heads]);
    launch!(
        self_scores,
        lists.edges * heads,
        [own.target, own.source, own.edge, lists.target, lists.source, scores],
        settings.negative_slope as f32,
        heads,
    );
    softmax(&scores, lists);
    scores
}

fn softmax<R: CubeRuntime>(scores: &CubeTensor<R>, lists: &EdgesOnDevice<R>) {
    let heads = columns(scores);
    launch!(
        softmax_incoming,
        lists.nodes * heads,
        [scores, lists.incoming.start, lists.incoming.edge],
        heads
    );
}

fn fused<R: CubeRuntime>(own: &CubeTensor<R>, pair: &CubeTensor<R>, lambda: &CubeTensor<R>) -> CubeTensor<R> {
    let (edges, heads) = (own.meta.shape()[0], columns(own));
    let alpha = new_matrix(own, [edges, heads]);
    launch!(fuse, edges * heads, [own, pair, lambda, alpha], heads);
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
    launch!(
        weighted_sum,
        nodes * channels,
        [alpha, values, edges.start, edges.edge, other_end, out],
        heads,
        channels,
        channels / heads,
    );
    out
}
