//! The attention fused for Burn's CPU backend, forward and backward.
//!
//! Mean, variance and density of an edge are computed on the fly, and again in the backward pass: no `[E, D]` tensor is
//! ever stored.

pub(crate) mod backward;
mod backward_pass;
mod blocks;
pub(crate) mod dispatch;
pub(crate) mod forward;
mod forward_pass;
pub(crate) mod gaussian;
mod group;
pub(crate) mod lanes;
pub(crate) mod operands;
pub(crate) mod row;
pub(crate) mod rows;
mod softmax;
pub(crate) mod vectors;
mod width;

use std::borrow::Cow;
use std::sync::Arc;

use burn::backend::flex::{Flex, FlexDevice, FlexTensor, Layout};
use burn::tensor::{Bytes, DType, Shape};

use super::{
    AttentionForward, AttentionOperands, AttentionSettings, Direction, FusedBackend, GaussianOperands,
    SelfOperands,
};
use crate::Topology;
use crate::sparse::{self, CompressedRows, SparseMatrix};
use backward::Alphas;
use backward_pass::EdgeFeatures;
pub(crate) use blocks::{blocks, cut, forward_blocks, lengths};
use gaussian::CentredGaussian;
#[cfg(target_arch = "x86_64")]
pub(crate) use lanes::Avx2;
pub(crate) use lanes::{Eight, LANES, Lanes, Portable};
pub(crate) use operands::Block;
use operands::Operands;
use rows::Rows;

impl FusedBackend for Flex {
    type Lists = Arc<Topology>;
    /// The entries by row and by column. Not the matrix itself, which keeps this: it would never be freed.
    type Sparse = [Arc<CompressedRows>; 2];

    fn lists(topology: &Arc<Topology>, _: &FlexDevice) -> Arc<Topology> {
        Arc::clone(topology)
    }

    fn contiguous(tensor: FlexTensor) -> FlexTensor {
        tensor.to_contiguous()
    }

    fn attention_forward(
        tensors: &AttentionOperands<FlexTensor>,
        topology: &Arc<Topology>,
        settings: &AttentionSettings,
    ) -> AttentionForward<Self> {
        let operands = operands(tensors, topology, settings);
        let (channels, heads) = (operands.channels, operands.heads);
        let out = forward_pass::forward(&operands);
        AttentionForward {
            values: flex_matrix(out.values, channels),
            alpha_self: operands.own.is_some().then(|| flex_matrix(out.alpha_self, heads)),
            alpha_gaussian: operands.gaussian.is_some().then(|| flex_matrix(out.alpha_gaussian, 1)),
            alpha: flex_matrix(out.alpha, heads),
        }
    }

    fn attention_backward(
        gradient: FlexTensor,
        tensors: &AttentionOperands<FlexTensor>,
        wanted: &AttentionOperands<bool>,
        forward: &AttentionForward<Self>,
        topology: &Arc<Topology>,
        settings: &AttentionSettings,
    ) -> AttentionOperands<Option<FlexTensor>> {
        let operands = operands(tensors, topology, settings);
        let alphas = Alphas {
            alpha_self: forward.alpha_self.as_ref().map_or(&[], FlexTensor::storage),
            alpha_gaussian: forward.alpha_gaussian.as_ref().map_or(&[], FlexTensor::storage),
            alpha: forward.alpha.storage(),
        };
        let edge_features = match &wanted.gaussian {
            Some(GaussianOperands { edge_features: true, .. }) => EdgeFeatures::Wanted,
            _ => EdgeFeatures::Unwanted,
        };
        let out = backward_pass::backward(&operands, &alphas, gradient.storage(), edge_features);
        gradients(out, tensors, edge_features)
    }

    fn sparse(matrix: &Arc<SparseMatrix>, _: &FlexDevice) -> Self::Sparse {
        [matrix.by_row(), matrix.by_column()].map(Arc::clone)
    }

    fn sparse_times([by_row, by_column]: &Self::Sparse, direction: Direction, x: FlexTensor) -> FlexTensor {
        match direction {
            Direction::Forward => sparse::flex::product(by_row, &x),
            Direction::Transposed => sparse::flex::product(by_column, &x),
        }
    }
}

fn operands<'a>(
    tensors: &'a AttentionOperands<FlexTensor>,
    topology: &'a Topology,
    settings: &'a AttentionSettings,
) -> Operands<'a> {
    let own = tensors.own.as_ref().map(|own| SelfOperands {
        target: own.target.storage(),
        source: own.source.storage(),
        edge: own.edge.storage(),
    });
    Operands {
        topology,
        settings,
        values: tensors.values.storage(),
        stride: columns(&tensors.values),
        channels: columns(&tensors.values),
        heads: tensors.own.as_ref().map_or(1, |own| columns(&own.target)),
        own,
        gaussian: tensors.gaussian.as_ref().map(|gaussian| centred(gaussian, settings)),
        lambda: tensors.lambda.storage::<f32>().first().copied().unwrap_or_default(),
    }
}

fn centred<'a>(
    tensors: &'a GaussianOperands<FlexTensor>,
    settings: &AttentionSettings,
) -> CentredGaussian<'a> {
    let (width, edge_width) = (columns(&tensors.target), columns(&tensors.edge_features));
    CentredGaussian {
        target: Cow::Owned(Rows::centred(tensors.target.storage(), width)),
        source: Cow::Owned(Rows::centred(tensors.source.storage(), width)),
        edge_weight: Cow::Owned(Rows::centred(
            &transpose(tensors.edge_weight.storage(), width, edge_width),
            width,
        )),
        edge_features: tensors.edge_features.storage(),
        edge_width,
        variance_floor: settings.variance_floor as f32,
    }
}

/// The gradients as tensors of the operands' shapes.
fn gradients(
    out: backward_pass::Backward,
    tensors: &AttentionOperands<FlexTensor>,
    edge_features: EdgeFeatures,
) -> AttentionOperands<Option<FlexTensor>> {
    let like =
        |values: Vec<f32>, tensor: &FlexTensor| Some(flex_tensor(values, tensor.layout().shape().clone()));
    let fused = tensors.own.is_some() && tensors.gaussian.is_some();
    AttentionOperands {
        values: like(out.values, &tensors.values),
        own: tensors.own.as_ref().map(|own| SelfOperands {
            target: like(out.self_target, &own.target),
            source: like(out.self_source, &own.source),
            edge: like(out.self_edge, &own.edge),
        }),
        gaussian: tensors.gaussian.as_ref().map(|gaussian| GaussianOperands {
            target: like(out.gaussian_target, &gaussian.target),
            source: like(out.gaussian_source, &gaussian.source),
            edge_weight: {
                let (width, edge_width) = (columns(&gaussian.target), columns(&gaussian.edge_features));
                like(transpose(&out.edge_weight, edge_width, width), &gaussian.edge_weight)
            },
            edge_features: match edge_features {
                EdgeFeatures::Wanted => like(out.edge_features, &gaussian.edge_features),
                EdgeFeatures::Unwanted => None,
            },
        }),
        // λ weighs only where there are two.
        lambda: if fused { like(vec![out.lambda], &tensors.lambda) } else { None },
    }
}

fn transpose(values: &[f32], rows: usize, cols: usize) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    for (i, value) in values.iter().enumerate() {
        out[(i % cols) * rows + i / cols] = *value;
    }
    out
}

pub(crate) fn columns(matrix: &FlexTensor) -> usize {
    matrix.layout().shape()[1]
}

/// A matrix of `columns` columns.
pub(crate) fn flex_matrix(values: Vec<f32>, columns: usize) -> FlexTensor {
    let rows = values.len() / columns.max(1);
    flex_tensor(values, Shape::from([rows, columns]))
}

pub(crate) fn flex_tensor(values: Vec<f32>, shape: Shape) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(values), Layout::contiguous(shape), DType::F32)
}
