use super::head_rows::HeadRows;
use crate::Topology;
use crate::attention::flex::row::{add, load};
use crate::attention::flex::{Eight, LANES, Lanes};

/// What both passes read, over the whole batch.
pub(super) struct Operands<'a> {
    pub(super) topology: &'a Topology,
    /// `[N, columns]`: parts of `channels` columns each side by side.
    pub(super) nodes: &'a [f32],
    pub(super) columns: usize,
    /// `H·C`, `H` and `C`.
    pub(super) channels: usize,
    pub(super) heads: usize,
    pub(super) head_width: usize,
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
    /// Eights of one head.
    #[inline(always)]
    pub(super) fn per_head(&self) -> usize {
        self.head_width.div_ceil(LANES)
    }

    #[inline(always)]
    pub(super) fn source(&self, edge: usize) -> usize {
        self.topology.source()[edge] as usize
    }

    /// Where one head of a part of a node's columns starts.
    #[inline(always)]
    pub(super) fn place(&self, node: usize, part: usize, head: usize) -> usize {
        node * self.columns + part * self.channels + head * self.head_width
    }

    /// One head of a part of a node's columns.
    #[inline(always)]
    pub(super) fn part(&self, node: usize, part: usize, head: usize) -> &[f32] {
        &self.nodes[self.place(node, part, head)..][..self.head_width]
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

    /// `Wᵀ row` of a head.
    #[inline(always)]
    pub(super) fn through_weight<V: Lanes>(&self, head: usize, row: &[f32], features: &mut [f32]) {
        let (per_row, weight) = (self.edge_weight.per_row(), self.edge_weight.head(head));
        for (feature, to) in features.iter_mut().enumerate() {
            let mut sum = V::splat(0.0);
            for (k, weight) in weight[feature * per_row..][..per_row].iter().enumerate() {
                sum = sum.plus(V::load(weight).times(load(row, k)));
            }
            *to = sum.total();
        }
    }

    /// `sums += W features` of a head.
    #[inline(always)]
    pub(super) fn add_weighted<V: Lanes>(&self, head: usize, features: &[f32], sums: &mut [f32]) {
        let (per_row, weight) = (self.edge_weight.per_row(), self.edge_weight.head(head));
        for (row, feature) in features.iter().enumerate() {
            for (k, weight) in weight[row * per_row..][..per_row].iter().enumerate() {
                add(sums, k, V::load(weight).times(V::splat(*feature)));
            }
        }
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
