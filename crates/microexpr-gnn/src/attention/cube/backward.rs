//! The backward pass as a sequence of launches.
#![expect(
    unsafe_code,
    reason = "kernels are launched without bounds checks; every index list is checked on the host"
)]

use burn::prelude::*;
use burn::tensor::TensorPrimitive;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;
use burn_cubecl::{BoolElement, CubeBackend, CubeRuntime, FloatElement, IntElement};

use super::backward_kernels as kernels;
use super::forward::{columns, reduction, weighted};
use super::launch::{new_matrix, threads};
use super::lists::{EdgesOfNodes, EdgesOnDevice};
use super::pair_gradient::Pair;
use crate::attention::AttentionSettings;
use crate::attention::fused::{AttentionForward, AttentionOperands};

pub(super) fn run<R, F, I, BT>(
    gradient: &CubeTensor<R>,
    operands: &AttentionOperands<CubeBackend<R, F, I, BT>>,
    forward: &AttentionForward<CubeBackend<R, F, I, BT>>,
    lists: &EdgesOnDevice<R>,
    settings: &AttentionSettings,
) -> AttentionOperands<CubeBackend<R, F, I, BT>>
where
    R: CubeRuntime,
    F: FloatElement,
    I: IntElement,
    BT: BoolElement,
{
    let [values, target, source, edge, p, q, weight, features, lambda] = operands;
    let (Some(values), Some(lambda)) = (values, lambda) else { unreachable!("always present") };
    let tensor = |t: &CubeTensor<R>| {
        Tensor::<CubeBackend<R, F, I, BT>, 2>::from_primitive(TensorPrimitive::Float(t.clone()))
    };
    // Burn's own results may have padded rows.
    let primitive = |t: Tensor<CubeBackend<R, F, I, BT>, 2>| into_contiguous(t.into_primitive().tensor());

    let d_alpha = alpha_gradient(gradient, values, columns(&forward.alpha), lists);
    let d_values = weighted(&forward.alpha, gradient, &lists.outgoing, &lists.target);
    let along_self = forward.alpha_self.as_ref().map(|alpha| along(alpha, &d_alpha, lists));
    let along_gaussian = forward.alpha_gaussian.as_ref().map(|alpha| along(alpha, &d_alpha, lists));

    // How much of the fused weights each mechanism makes up: λ and 1 − λ, or all of them.
    let whole = Tensor::ones_like(&tensor(&d_values).slice([0..1, 0..1]));
    let both = along_self.is_some() && along_gaussian.is_some();
    let lambda_value = tensor_1::<R, F, I, BT>(lambda).reshape([1, 1]);
    let share_self = if both { lambda_value.clone() } else { whole.clone() };
    let share_gaussian = if both { whole - lambda_value } else { whole };
    let d_lambda = along_self.as_ref().zip(along_gaussian.as_ref()).map(|(own, pair)| {
        let difference = tensor(own).sum_dim(1) - tensor(pair);
        difference.sum().reshape([1]).into_primitive().tensor()
    });

    let mut out: AttentionOperands<CubeBackend<R, F, I, BT>> = [const { None }; 9];
    out[0] = Some(d_values);
    if let (Some(target), Some(source), Some(edge), Some(alpha), Some(along)) =
        (target, source, edge, &forward.alpha_self, &along_self)
    {
        let share = primitive(share_self);
        let operands = [target, source, edge, alpha, &d_alpha, along, &share];
        let d_edge = self_logit_gradient(operands, lists, settings);
        out[1] = Some(summed(&d_edge, &lists.incoming, lists.nodes));
        out[2] = Some(summed(&d_edge, &lists.outgoing, lists.nodes));
        out[3] = Some(d_edge);
    }
    if let (Some(p), Some(q), Some(weight), Some(features), Some(alpha), Some(along)) =
        (p, q, weight, features, &forward.alpha_gaussian, &along_gaussian)
    {
        let width = columns(p);
        let along_edges = tensor(along).select(0, ends::<R, F, I, BT>(&lists.target));
        let d_score = (tensor(&d_alpha).sum_dim(1) - along_edges)
            * tensor(alpha)
            * share_gaussian
            * reduction(settings, width);
        let pair = Pair { terms: [p, q, weight, features], lists };
        let numbers = pair.numbers(&primitive(d_score), settings);
        out[4] = Some(pair.node_gradient(&numbers, &lists.incoming));
        out[5] = Some(pair.node_gradient(&numbers, &lists.outgoing));
        let parts = tensor(&pair.edge_weight_parts(&numbers)).sum_dim(0);
        out[6] = Some(primitive(parts.reshape([width, columns(features)])));
        out[7] = Some(pair.edge_feature_gradient(&numbers));
    }
    out[8] = d_lambda;
    out
}

fn tensor_1<R: CubeRuntime, F: FloatElement, I: IntElement, BT: BoolElement>(
    list: &CubeTensor<R>,
) -> Tensor<CubeBackend<R, F, I, BT>, 1> {
    Tensor::from_primitive(TensorPrimitive::Float(list.clone()))
}

fn ends<R: CubeRuntime, F: FloatElement, I: IntElement, BT: BoolElement>(
    list: &CubeTensor<R>,
) -> Tensor<CubeBackend<R, F, I, BT>, 1, Int> {
    Tensor::from_primitive(list.clone())
}

fn alpha_gradient<R: CubeRuntime>(
    gradient: &CubeTensor<R>,
    values: &CubeTensor<R>,
    heads: usize,
    lists: &EdgesOnDevice<R>,
) -> CubeTensor<R> {
    let channels = columns(values);
    let out = new_matrix(values, [lists.edges, heads]);
    let (count, dim) = threads(&values.client, lists.edges * heads);
    // SAFETY: both ends of every edge are nodes, checked when the edge list was built.
    unsafe {
        kernels::alpha_gradient::launch_unchecked::<R>(
            &values.client,
            count,
            dim,
            gradient.clone().into_array_arg(),
            values.clone().into_array_arg(),
            lists.target.clone().into_array_arg(),
            lists.source.clone().into_array_arg(),
            out.clone().into_array_arg(),
            heads,
            channels,
            channels / heads,
        );
    }
    out
}

fn along<R: CubeRuntime>(
    alpha: &CubeTensor<R>,
    d_alpha: &CubeTensor<R>,
    lists: &EdgesOnDevice<R>,
) -> CubeTensor<R> {
    let width = columns(alpha);
    let out = new_matrix(alpha, [lists.nodes, width]);
    let (count, dim) = threads(&alpha.client, lists.nodes * width);
    // SAFETY: the lists hold edge numbers only.
    unsafe {
        kernels::along_incoming::launch_unchecked::<R>(
            &alpha.client,
            count,
            dim,
            alpha.clone().into_array_arg(),
            d_alpha.clone().into_array_arg(),
            lists.incoming.start.clone().into_array_arg(),
            lists.incoming.edge.clone().into_array_arg(),
            out.clone().into_array_arg(),
            width,
            columns(d_alpha) / width,
        );
    }
    out
}

fn self_logit_gradient<R: CubeRuntime>(
    [target, source, edge, alpha, d_alpha, along, share]: [&CubeTensor<R>; 7],
    lists: &EdgesOnDevice<R>,
    settings: &AttentionSettings,
) -> CubeTensor<R> {
    let heads = columns(target);
    let out = new_matrix(target, [lists.edges, heads]);
    let (count, dim) = threads(&target.client, lists.edges * heads);
    // SAFETY: both ends of every edge are nodes.
    unsafe {
        kernels::self_logit_gradient::launch_unchecked::<R>(
            &target.client,
            count,
            dim,
            target.clone().into_array_arg(),
            source.clone().into_array_arg(),
            edge.clone().into_array_arg(),
            lists.target.clone().into_array_arg(),
            lists.source.clone().into_array_arg(),
            alpha.clone().into_array_arg(),
            d_alpha.clone().into_array_arg(),
            along.clone().into_array_arg(),
            share.clone().into_array_arg(),
            out.clone().into_array_arg(),
            settings.negative_slope as f32,
            heads,
        );
    }
    out
}

fn summed<R: CubeRuntime>(per_edge: &CubeTensor<R>, edges: &EdgesOfNodes<R>, nodes: usize) -> CubeTensor<R> {
    let width = columns(per_edge);
    let out = new_matrix(per_edge, [nodes, width]);
    let (count, dim) = threads(&per_edge.client, nodes * width);
    // SAFETY: the lists hold edge numbers only.
    unsafe {
        kernels::segment_sum::launch_unchecked::<R>(
            &per_edge.client,
            count,
            dim,
            per_edge.clone().into_array_arg(),
            edges.start.clone().into_array_arg(),
            edges.edge.clone().into_array_arg(),
            out.clone().into_array_arg(),
            width,
        );
    }
    out
}
