//! The attention fused for Burn's CPU backend, forward and backward.
//!
//! Mean, variance and density of an edge are computed on the fly, and again in the backward pass: no `[E, D]` tensor is
//! ever stored.

mod dispatch;
mod gaussian;
mod kernel;
mod lanes;
mod passes;
mod rows;

use std::sync::Arc;

use burn::backend::flex::{Flex, FlexDevice, FlexTensor, Layout};
use burn::prelude::*;
use burn::tensor::{Bytes, DType, Shape};

use super::fused::{self, AttentionForward, AttentionOperands, Direction, FusedBackend, OPERANDS};
use super::op::{AttentionInputs, AttentionOutput, AttentionSettings, GraphBackend};
use crate::sparse::{self, CompressedRows, SparseMatrix};
use crate::{GraphBatch, Topology};
use gaussian::GaussianOperands;
use kernel::{Alphas, Operands, SelfOperands};
use passes::EdgeFeatures;
use rows::Rows;

impl GraphBackend for Flex {
    fn adaptive_attention(
        inputs: AttentionInputs<Self>,
        graph: &GraphBatch<Self>,
        settings: &AttentionSettings,
    ) -> AttentionOutput<Self> {
        fused::attention(inputs, graph, settings)
    }

    fn sparse_product(matrix: &Arc<SparseMatrix>, x: Tensor<Self, 2>) -> Tensor<Self, 2> {
        fused::sparse_product(matrix, x)
    }

    fn side_by_side<X: Send, Y: Send>(
        first: impl FnOnce() -> X + Send,
        second: impl FnOnce() -> Y + Send,
    ) -> (X, Y) {
        rayon::join(first, second)
    }
}

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
        list: &AttentionOperands<Self>,
        topology: &Arc<Topology>,
        settings: &AttentionSettings,
    ) -> AttentionForward<Self> {
        let operands = operands(list, topology, settings);
        let (channels, heads) = (operands.channels, operands.heads);
        let out = passes::forward(&operands);
        AttentionForward {
            values: flex_matrix(out.values, channels),
            alpha_self: list[1].is_some().then(|| flex_matrix(out.alpha_self, heads)),
            alpha_gaussian: list[4].is_some().then(|| flex_matrix(out.alpha_gaussian, 1)),
            alpha: flex_matrix(out.alpha, heads),
        }
    }

    fn attention_backward(
        gradient: FlexTensor,
        list: &AttentionOperands<Self>,
        wanted: &[bool; OPERANDS],
        forward: &AttentionForward<Self>,
        topology: &Arc<Topology>,
        settings: &AttentionSettings,
    ) -> AttentionOperands<Self> {
        let operands = operands(list, topology, settings);
        let alphas = Alphas {
            alpha_self: forward.alpha_self.as_ref().map_or(&[], FlexTensor::storage),
            alpha_gaussian: forward.alpha_gaussian.as_ref().map_or(&[], FlexTensor::storage),
            alpha: forward.alpha.storage(),
        };
        let edge_features = if wanted[7] { EdgeFeatures::Wanted } else { EdgeFeatures::Unwanted };
        let out = passes::backward(&operands, &alphas, gradient.storage(), edge_features);
        let (width, edge_width) = operands.gaussian.as_ref().map_or((0, 0), |g| (g.width(), g.edge_width));
        let lists = [
            out.values,
            out.self_target,
            out.self_source,
            out.self_edge,
            out.gaussian_target,
            out.gaussian_source,
            transpose(&out.edge_weight, edge_width, width),
            out.edge_features,
            vec![out.lambda],
        ];
        let mut lists = lists.into_iter().zip(wanted);
        list.each_ref().map(|operand| {
            let (values, wanted) = lists.next()?;
            let operand = operand.as_ref().filter(|_| *wanted)?;
            Some(flex_tensor(values, operand.layout().shape().clone()))
        })
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
    list: &'a AttentionOperands<Flex>,
    topology: &'a Topology,
    settings: &'a AttentionSettings,
) -> Operands<'a> {
    let slice = |k: usize| list[k].as_ref().map(FlexTensor::storage::<f32>);
    let own = match (slice(1), slice(2), slice(3)) {
        (Some(target), Some(source), Some(edge)) => Some(SelfOperands { target, source, edge }),
        _ => None,
    };
    let gaussian = match (slice(4), slice(5), slice(6), slice(7)) {
        (Some(target), Some(source), Some(edge_weight), Some(edge_features)) => {
            let (width, edge_width) = (columns(&list[4]), columns(&list[7]));
            Some(GaussianOperands {
                target: Rows::centred(target, width),
                source: Rows::centred(source, width),
                edge_weight: Rows::centred(&transpose(edge_weight, width, edge_width), width),
                edge_features,
                edge_width,
                variance_floor: settings.variance_floor as f32,
            })
        }
        _ => None,
    };
    Operands {
        topology,
        settings,
        values: slice(0).unwrap_or_default(),
        channels: columns(&list[0]),
        heads: columns(&list[1]).max(1),
        own,
        gaussian,
        lambda: slice(8).and_then(|l| l.first().copied()).unwrap_or_default(),
    }
}

fn transpose(values: &[f32], rows: usize, cols: usize) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    for (i, value) in values.iter().enumerate() {
        out[(i % cols) * rows + i / cols] = *value;
    }
    out
}

fn columns(operand: &Option<FlexTensor>) -> usize {
    operand.as_ref().map_or(0, |t| t.layout().shape()[1])
}

/// A matrix of `columns` columns.
pub(crate) fn flex_matrix(values: Vec<f32>, columns: usize) -> FlexTensor {
    let rows = values.len() / columns.max(1);
    flex_tensor(values, Shape::from([rows, columns]))
}

fn flex_tensor(values: Vec<f32>, shape: Shape) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(values), Layout::contiguous(shape), DType::F32)
}
