//! The backward pass as a sequence of launches.
#![expect(
    unsafe_code,
    reason = "kernels are launched without bounds checks; `launch!` says why that is sound"
)]

use std::marker::PhantomData;

use burn::prelude::*;
use burn::tensor::TensorPrimitive;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{BoolElement, CubeBackend, CubeRuntime, FloatElement, IntElement};

use super::backward_kernels::{along_incoming, alpha_gradient, segment_sum, self_logit_gradient};
use super::forward::weighted;
use super::launch::{columns, launch, new_matrix};
use super::lists::{EdgesOfNodes, EdgesOnDevice};
use super::pair_launch::Pair;
use crate::attention::{
    AttentionForward, AttentionOperands, AttentionSettings, GaussianOperands, SelfOperands,
};

pub(super) fn run<R, F, I, BT>(
    gradient: &CubeTensor<R>,
    operands: &AttentionOperands<CubeTensor<R>>,
    forward: &AttentionForward<CubeBackend<R, F, I, BT>>,
    lists: &EdgesOnDevice<R>,
    settings: &AttentionSettings,
) -> AttentionOperands<Option<CubeTensor<R>>>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    let d_alpha = d_alpha(gradient, &operands.values, columns(&forward.alpha), lists);
    let along_self = forward.alpha_self.as_ref().map(|alpha| along(alpha, &d_alpha, lists));
    let along_gaussian = forward.alpha_gaussian.as_ref().map(|alpha| along(alpha, &d_alpha, lists));
    let pass = Pass::<R, F, I, BT> { lists, settings, d_alpha: &d_alpha, backend: PhantomData };
    let shares = pass.shares(operands);
    let own = [forward.alpha_self.as_ref(), along_self.as_ref()];
    let gaussian = [forward.alpha_gaussian.as_ref(), along_gaussian.as_ref()];
    AttentionOperands {
        values: Some(weighted(&forward.alpha, gradient, &lists.outgoing, &lists.target)),
        own: operands.own.as_ref().zip(both(own)).map(|(own, [alpha, along])| {
            let d_edge = pass.d_logits(own, [alpha, along, &pass.primitive(shares.own)]);
            SelfOperands {
                target: Some(summed(&d_edge, &lists.incoming, lists.nodes)),
                source: Some(summed(&d_edge, &lists.outgoing, lists.nodes)),
                edge: Some(d_edge),
            }
        }),
        gaussian: operands
            .gaussian
            .as_ref()
            .zip(both(gaussian))
            .map(|(terms, saved)| pass.d_gaussian(terms, saved, shares.gaussian).map(Some)),
        lambda: along_self.zip(along_gaussian).map(|(own, pair)| pass.d_lambda(&own, &pair)),
    }
}

fn both<T>([first, second]: [Option<T>; 2]) -> Option<[T; 2]> {
    first.zip(second).map(|(first, second)| [first, second])
}

/// What all gradients are computed from.
struct Pass<'a, R: CubeRuntime, F, I, BT> {
    lists: &'a EdgesOnDevice<R>,
    settings: &'a AttentionSettings,
    /// Gradient of the fused weights, `[E, H]`.
    d_alpha: &'a CubeTensor<R>,
    backend: PhantomData<(F, I, BT)>,
}

/// How much of the fused weights each mechanism makes up, `[1, 1]` each: λ and 1 − λ, or all of them.
struct Shares<B: Backend> {
    own: Tensor<B, 2>,
    gaussian: Tensor<B, 2>,
}

impl<R, F, I, BT> Pass<'_, R, F, I, BT>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    fn tensor<const D: usize>(&self, list: &CubeTensor<R>) -> Tensor<CubeBackend<R, F, I, BT>, D> {
        Tensor::from_primitive(TensorPrimitive::Float(list.clone()))
    }

    /// Burn's own results may have padded rows.
    fn primitive(&self, tensor: Tensor<CubeBackend<R, F, I, BT>, 2>) -> CubeTensor<R> {
        into_contiguous(tensor.into_primitive().tensor())
    }

    fn shares(&self, operands: &AttentionOperands<CubeTensor<R>>) -> Shares<CubeBackend<R, F, I, BT>> {
        let lambda = self.tensor::<1>(&operands.lambda).reshape([1, 1]);
        let whole = Tensor::ones_like(&lambda);
        if operands.own.is_some() && operands.gaussian.is_some() {
            Shares { own: lambda.clone(), gaussian: whole - lambda }
        } else {
            Shares { own: whole.clone(), gaussian: whole }
        }
    }

    fn d_lambda(&self, own: &CubeTensor<R>, pair: &CubeTensor<R>) -> CubeTensor<R> {
        let difference = self.tensor::<2>(own).sum_dim(1) - self.tensor(pair);
        difference.sum().reshape([1]).into_primitive().tensor()
    }

    fn d_logits(
        &self,
        own: &SelfOperands<CubeTensor<R>>,
        [alpha, along, share]: [&CubeTensor<R>; 3],
    ) -> CubeTensor<R> {
        let heads = columns(&own.target);
        let out = new_matrix(&own.target, [self.lists.edges, heads]);
        launch!(
            self_logit_gradient,
            self.lists.edges * heads,
            [
                own.target,
                own.source,
                own.edge,
                self.lists.target,
                self.lists.source,
                alpha,
                self.d_alpha,
                along,
                share,
                out
            ],
            self.settings.negative_slope as f32,
            heads,
        );
        out
    }

    fn d_gaussian(
        &self,
        terms: &GaussianOperands<CubeTensor<R>>,
        [alpha, along]: [&CubeTensor<R>; 2],
        share: Tensor<CubeBackend<R, F, I, BT>, 2>,
    ) -> GaussianOperands<CubeTensor<R>> {
        let (width, edge_width) = (columns(&terms.target), columns(&terms.edge_features));
        let targets = Tensor::<_, 1, Int>::from_primitive(self.lists.target.clone());
        let along_edges = self.tensor::<2>(along).select(0, targets);
        let d_score = (self.tensor::<2>(self.d_alpha).sum_dim(1) - along_edges)
            * self.tensor(alpha)
            * share
            * self.settings.density_scale(width);
        let pair = Pair { terms: terms.as_ref(), lists: self.lists };
        let numbers = pair.numbers(&self.primitive(d_score), self.settings);
        let edge_weight = self.tensor::<2>(&pair.edge_weight_parts(&numbers)).sum_dim(0);
        GaussianOperands {
            target: pair.node_gradient(&numbers, &self.lists.incoming),
            source: pair.node_gradient(&numbers, &self.lists.outgoing),
            edge_weight: self.primitive(edge_weight.reshape([width, edge_width])),
            edge_features: pair.edge_feature_gradient(&numbers),
        }
    }
}

fn d_alpha<R: CubeRuntime>(
    gradient: &CubeTensor<R>,
    values: &CubeTensor<R>,
    heads: usize,
    lists: &EdgesOnDevice<R>,
) -> CubeTensor<R> {
    let channels = columns(values);
    let out = new_matrix(values, [lists.edges, heads]);
    launch!(
        alpha_gradient,
        lists.edges * heads,
        [gradient, values, lists.target, lists.source, out],
        heads,
        channels,
        channels / heads,
    );
    out
}

fn along<R: CubeRuntime>(
    alpha: &CubeTensor<R>,
    d_alpha: &CubeTensor<R>,
    lists: &EdgesOnDevice<R>,
) -> CubeTensor<R> {
    let width = columns(alpha);
    let out = new_matrix(alpha, [lists.nodes, width]);
    launch!(
        along_incoming,
        lists.nodes * width,
        [alpha, d_alpha, lists.incoming.start, lists.incoming.edge, out],
        width,
        columns(d_alpha) / width,
    );
    out
}

fn summed<R: CubeRuntime>(per_edge: &CubeTensor<R>, edges: &EdgesOfNodes<R>, nodes: usize) -> CubeTensor<R> {
    let width = columns(per_edge);
    let out = new_matrix(per_edge, [nodes, width]);
    launch!(segment_sum, nodes * width, [per_edge, edges.start, edges.edge, out], width);
    out
}
