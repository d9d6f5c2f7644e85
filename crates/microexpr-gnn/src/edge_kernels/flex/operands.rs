use super::head_rows::HeadRows;
use super::row::load;
use crate::Topology;
use crate::attention::flex::{Eight, LANES, Lanes};

/// What both passes read, over the whole batch.
pub(super) struct Operands<'a> {
    pub(super) topology: &'a Topology,
    /// `[N, columns]`: parts of `channels` columns each side by side.
    pub(super) nodes: &'a [f32],
    pub(super) columns: usize,
    /// `H·C` and `H`.
    pub(super) channels: usize,
    pub(super) heads: usize,
    /// One row, or none.
    pub(super) vector: HeadRows,
    /// `Wᵀ`, a row for every feature of an edge.
    pub(super) edge_weight: HeadRows,
    /// `[E, De]`.
    pub(super) edge_features: &'a [f32],
    pub(super) edge_width: usize,
}

/// One head of an edge and of the node that it ends in.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) node: usize,
    pub(super) edge: usize,
    pub(super) head: usize,
}

/// `x_j + W x_e` of one head, computed as it is read.
#[derive(Clone, Copy)]
pub(super) struct Message<'a> {
    source: &'a [f32],
    weight: &'a [Eight],
    features: &'a [f32],
    per_row: usize,
}

impl Operands<'_> {
    pub(super) fn head_width(&self) -> usize {
        self.channels / self.heads
    }

    /// Eights of one head.
    #[inline(always)]
    pub(super) fn per_head(&self) -> usize {
        self.head_width().div_ceil(LANES)
    }

    #[inline(always)]
    pub(super) fn source(&self, edge: usize) -> usize {
        self.topology.source()[edge] as usize
    }

    /// Where one head of a part of a node's columns starts.
    #[inline(always)]
    pub(super) fn place(&self, node: usize, part: usize, head: usize) -> usize {
        node * self.columns + part * self.channels + head * self.head_width()
    }

    /// One head of a part of a node's columns.
    #[inline(always)]
    pub(super) fn part(&self, node: usize, part: usize, head: usize) -> &[f32] {
        &self.nodes[self.place(node, part, head)..][..self.head_width()]
    }

    #[inline(always)]
    pub(super) fn features(&self, edge: usize) -> &[f32] {
        &self.edge_features[edge * self.edge_width..][..self.edge_width]
    }

    /// `x_j + W x_e`, where `x` is a part of the columns.
    #[inline(always)]
    pub(super) fn message(&self, pair: Pair, part: usize) -> Message<'_> {
        Message {
            source: self.part(self.source(pair.edge), part, pair.head),
            weight: self.edge_weight.head(pair.head),
            features: self.features(pair.edge),
            per_row: self.edge_weight.per_row(),
        }
    }

    /// `x_j` alone.
    #[inline(always)]
    pub(super) fn neighbour(&self, pair: Pair, part: usize) -> Message<'_> {
        let source = self.part(self.source(pair.edge), part, pair.head);
        Message { source, weight: &[], features: &[], per_row: 0 }
    }
}

impl Message<'_> {
    /// The `k`-th eight channels.
    #[inline(always)]
    pub(super) fn eight<V: Lanes>(&self, k: usize) -> V {
        let mut sum = load::<V>(self.source, k);
        for (row, feature) in self.features.iter().enumerate() {
            sum = sum.plus(V::load(&self.weight[row * self.per_row + k]).times(V::splat(*feature)));
        }
        sum
    }
}
