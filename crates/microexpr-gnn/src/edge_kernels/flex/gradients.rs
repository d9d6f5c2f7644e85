use super::head_rows::HeadRows;
use super::operands::{Operands, Pair};
use super::row::{add, add_eight};
use crate::attention::flex::{Block, Eight, Lanes};

/// Where the backward pass of one block adds up gradients; the slices start at the block's first node or edge.
pub(super) struct Gradients<'a> {
    pub(super) block: &'a Block,
    pub(super) nodes: &'a mut [f32],
    /// Empty if nobody asked.
    pub(super) edge_features: &'a mut [f32],
    pub(super) shared: SharedGradients,
}

/// Gradients that the blocks sum up.
#[derive(Clone)]
pub(super) struct SharedGradients {
    pub(super) vector: HeadRows,
    pub(super) edge_weight: HeadRows,
}

impl Gradients<'_> {
    /// That of one column of a node.
    #[inline(always)]
    pub(super) fn column(&mut self, o: &Operands<'_>, node: usize, column: usize) -> &mut f32 {
        &mut self.nodes[(node - self.block.nodes.start) * o.columns + column]
    }

    /// Adds that of one head of a part of a node's columns.
    #[inline(always)]
    pub(super) fn add<V: Lanes>(
        &mut self,
        o: &Operands<'_>,
        (node, part, head): (usize, usize, usize),
        gradient: &[Eight],
    ) {
        let first = o.place(node - self.block.nodes.start, part, head);
        let row = &mut self.nodes[first..][..o.head_width()];
        for (k, gradient) in gradient.iter().enumerate() {
            add(row, k, V::load(gradient));
        }
    }

    /// Adds that of `x_j`.
    #[inline(always)]
    pub(super) fn neighbour<V: Lanes>(
        &mut self,
        o: &Operands<'_>,
        pair: Pair,
        part: usize,
        gradient: &[Eight],
    ) {
        self.add::<V>(o, (o.source(pair.edge), part, pair.head), gradient);
    }

    /// Adds that of `x_j + W x_e`.
    #[inline(always)]
    pub(super) fn message<V: Lanes>(
        &mut self,
        o: &Operands<'_>,
        pair: Pair,
        part: usize,
        gradient: &[Eight],
    ) {
        self.neighbour::<V>(o, pair, part, gradient);
        self.edge::<V>(o, pair, gradient);
    }

    /// Adds that of `W x_e`.
    #[inline(always)]
    pub(super) fn edge<V: Lanes>(&mut self, o: &Operands<'_>, pair: Pair, gradient: &[Eight]) {
        let per_row = gradient.len();
        let weights = self.shared.edge_weight.head_mut(pair.head);
        for (row, feature) in o.features(pair.edge).iter().enumerate() {
            for (sum, gradient) in weights[row * per_row..][..per_row].iter_mut().zip(gradient) {
                add_eight(sum, V::load(gradient).times(V::splat(*feature)));
            }
        }
        if self.edge_features.is_empty() {
            return;
        }
        let first = (pair.edge - self.block.edges.start) * o.edge_width;
        let weights = o.edge_weight.head(pair.head);
        for (row, sum) in self.edge_features[first..][..o.edge_width].iter_mut().enumerate() {
            let mut total = V::splat(0.0);
            for (weight, gradient) in weights[row * per_row..][..per_row].iter().zip(gradient) {
                total = total.plus(V::load(weight).times(V::load(gradient)));
            }
            *sum += total.total();
        }
    }
}
