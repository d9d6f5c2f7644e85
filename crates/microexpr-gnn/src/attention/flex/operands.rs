//! What both passes read.

use std::ops::Range;

use super::gaussian::CentredGaussian;
use crate::Topology;
use crate::attention::{AttentionSettings, SelfOperands};

/// All operands, as flat row-major slices over the whole batch.
pub(crate) struct Operands<'a> {
    pub(crate) topology: &'a Topology,
    pub(crate) settings: &'a AttentionSettings,
    /// `[N, C]`.
    pub(crate) values: &'a [f32],
    /// From one row of the values, of the output and of their gradients to the next: at least `C`.
    pub(crate) stride: usize,
    /// `C`.
    pub(crate) channels: usize,
    /// Heads of self-attention; each owns `channels / heads` of the values.
    pub(crate) heads: usize,
    pub(crate) own: Option<SelfOperands<&'a [f32]>>,
    pub(crate) gaussian: Option<CentredGaussian<'a>>,
    pub(crate) lambda: f32,
}

/// The nodes and edges of one graph within the batch.
#[derive(Clone)]
pub(crate) struct Block {
    pub(crate) nodes: Range<usize>,
    pub(crate) edges: Range<usize>,
}

impl Block {
    /// The largest number of edges into a node.
    pub(crate) fn max_in_degree(&self, topology: &Topology) -> usize {
        self.nodes.clone().map(|node| topology.incoming(node).len()).max().unwrap_or(0)
    }
}

/// Shares of the two mechanisms in the fused weights.
#[derive(Clone, Copy)]
pub(crate) struct Shares {
    pub(crate) own: f32,
    pub(crate) gaussian: f32,
}

impl Operands<'_> {
    /// How much of the fused weights each mechanism makes up (eq. 7).
    #[inline(always)]
    pub(crate) fn shares(&self) -> Shares {
        match (&self.own, &self.gaussian) {
            (Some(_), Some(_)) => Shares { own: self.lambda, gaussian: 1.0 - self.lambda },
            (Some(_), None) => Shares { own: 1.0, gaussian: 0.0 },
            _ => Shares { own: 0.0, gaussian: 1.0 },
        }
    }

    /// Columns of the self-attention weights: none if it is absent.
    pub(crate) fn own_heads(&self) -> usize {
        if self.own.is_some() { self.heads } else { 0 }
    }

    #[inline(always)]
    pub(crate) fn head_width(&self) -> usize {
        self.channels / self.heads
    }

    /// The values of the edge's source, head by head.
    #[inline(always)]
    pub(crate) fn neighbour_values(&self, edge: usize) -> std::slice::ChunksExact<'_, f32> {
        let row = self.topology.source()[edge] as usize * self.stride;
        self.values[row..row + self.channels].chunks_exact(self.head_width())
    }
}

impl SelfOperands<&[f32]> {
    /// The logit of an edge before LeakyReLU.
    #[inline(always)]
    pub(crate) fn logit(&self, o: &Operands<'_>, edge: usize, head: usize) -> f32 {
        let [target, source] = [o.topology.target(), o.topology.source()].map(|ends| ends[edge] as usize);
        self.target[target * o.heads + head]
            + self.source[source * o.heads + head]
            + self.edge[edge * o.heads + head]
    }
}
