//! Both passes over a whole batch. Forward, nodes are independent; backward, each graph stays on one thread, and what graphs share
//! is summed in their order: results never depend on the number of threads.

use rayon::prelude::*;

use super::dispatch;
use super::gradients::{Gradients, SharedGradients};
use super::kernel::{ForwardSlices, Kernel};
use crate::attention::flex::{blocks, cut, forward_blocks, lengths};

/// A pass over all blocks of a batch.
pub(super) trait Pass {
    type Out;

    fn run<K: Kernel>(self, kernel: &K) -> Self::Out;
}

pub(super) struct ForwardPass;

/// `gradient` is that of the output, `alpha` what the forward pass weighed the edges with.
pub(super) struct BackwardPass<'a> {
    pub(super) gradient: &'a [f32],
    pub(super) alpha: &'a [f32],
    pub(super) edge_features: EdgeFeatures,
}

/// Output and attention of the whole batch.
pub(super) struct Forward {
    /// `[N, H·C]`.
    pub(super) values: Vec<f32>,
    /// `[E, H]`, or empty.
    pub(super) alpha: Vec<f32>,
}

/// Gradients of all operands; empty where the operand is absent or its gradient unwanted.
pub(super) struct Backward {
    pub(super) nodes: Vec<f32>,
    pub(super) vector: Vec<f32>,
    pub(super) edge_weight: Vec<f32>,
    pub(super) edge_features: Vec<f32>,
}

/// Whether the gradient of the edge features is asked for; that of a network's input is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EdgeFeatures {
    Wanted,
    Unwanted,
}

impl Pass for ForwardPass {
    type Out = Forward;

    fn run<K: Kernel>(self, kernel: &K) -> Forward {
        let (topology, channels) = (kernel.operands().topology, kernel.operands().channels);
        let mut values = vec![0.0; topology.nodes() * channels];
        let mut alpha = vec![0.0; topology.edges() * kernel.weights()];
        let blocks = forward_blocks(topology);
        let (nodes, edges) = lengths(&blocks);
        let slices = cut(&mut values, &nodes, channels).zip(cut(&mut alpha, &edges, kernel.weights()));
        blocks.par_iter().zip(slices.collect::<Vec<_>>()).for_each(|(block, (values, alpha))| {
            dispatch::forward(kernel, block, &mut ForwardSlices { values, alpha });
        });
        Forward { values, alpha }
    }
}

impl Pass for BackwardPass<'_> {
    type Out = Backward;

    fn run<K: Kernel>(self, kernel: &K) -> Backward {
        let o = kernel.operands();
        let width = if self.edge_features == EdgeFeatures::Wanted { o.edge_width } else { 0 };
        let mut by_nodes = vec![0.0; o.topology.nodes() * o.columns];
        let mut by_features = vec![0.0; o.topology.edges() * width];
        let blocks = blocks(o.topology);
        let (nodes, edges) = lengths(&blocks);
        let slices = cut(&mut by_nodes, &nodes, o.columns).zip(cut(&mut by_features, &edges, width));
        let mut total = SharedGradients { vector: o.vector.empty(), edge_weight: o.edge_weight.empty() };
        let parts: Vec<SharedGradients> = blocks
            .par_iter()
            .zip(slices.collect::<Vec<_>>())
            .map(|(block, (nodes, edge_features))| {
                let mut out = Gradients { block, nodes, edge_features, shared: total.clone() };
                dispatch::backward(kernel, self.gradient, self.alpha, block, &mut out);
                out.shared
            })
            .collect();
        for part in &parts {
            total.vector.add(&part.vector);
            total.edge_weight.add(&part.edge_weight);
        }
        Backward {
            nodes: by_nodes,
            vector: total.vector.into_columns(),
            edge_weight: total.edge_weight.into_columns(),
            edge_features: by_features,
        }
    }
}
