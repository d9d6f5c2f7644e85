use super::head_rows::HeadRows;
use super::operands::{Operands, Pair};
use crate::attention::flex::row::{add, add_eight, dot, load};
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

/// Node, part of its columns, head.
type Place = (usize, usize, usize);

impl Gradients<'_> {
    /// That of one column of a node.
    #[inline(always)]
    pub(super) fn column(&mut self, o: &Operands<'_>, node: usize, column: usize) -> &mut f32 {
        &mut self.nodes[(node - self.block.nodes.start) * o.columns + column]
    }

    /// That of one head of a part of a node's columns.
    #[inline(always)]
    pub(super) fn part(&mut self, o: &Operands<'_>, (node, part, head): Place) -> &mut [f32] {
        let first = o.place(node - self.block.nodes.start, part, head);
        &mut self.nodes[first..][..o.head_width]
    }

    /// Adds to [`Gradients::part`].
    #[inline(always)]
    pub(super) fn add<V: Lanes>(&mut self, o: &Operands<'_>, place: Place, gradient: &[Eight]) {
        let row = self.part(o, place);
        for (k, gradient) in gradient.iter().enumerate() {
            add(row, k, V::load(gradient));
        }
    }

    /// Adds `a x` to [`Gradients::part`].
    #[inline(always)]
    pub(super) fn add_scaled<V: Lanes>(&mut self, o: &Operands<'_>, place: Place, a: f32, x: &[f32]) {
        let row = self.part(o, place);
        for k in 0..o.per_head() {
            add(row, k, load::<V>(x, k).times(V::splat(a)));
        }
    }

    /// That of the features of an edge, if it is wanted.
    #[inline(always)]
    pub(super) fn features(&mut self, o: &Operands<'_>, edge: usize) -> Option<&mut [f32]> {
        let first = (edge - self.block.edges.start) * o.edge_width;
        self.edge_features.get_mut(first..first + o.edge_width)
    }

    /// Adds `row featuresᵀ` to that of one head's `W`.
    #[inline(always)]
    pub(super) fn weight<V: Lanes>(&mut self, head: usize, row: &[f32], features: &[f32]) {
        let per_row = self.shared.edge_weight.per_row();
        let weights = self.shared.edge_weight.head_mut(head);
        for (index, feature) in features.iter().enumerate() {
            for (k, sum) in weights[index * per_row..][..per_row].iter_mut().enumerate() {
                add_eight(sum, load::<V>(row, k).times(V::splat(*feature)));
            }
        }
    }

    /// Adds that of `x_j + W x_e`, where `x` is a part of the columns.
    #[inline(always)]
    pub(super) fn message<V: Lanes>(
        &mut self,
        o: &Operands<'_>,
        pair: Pair,
        part: usize,
        gradient: &[Eight],
    ) {
        self.add::<V>(o, (o.source(pair.edge), part, pair.head), gradient);
        self.edge::<V>(o, pair, gradient);
    }

    /// Adds that of `W x_e`.
    #[inline(always)]
    pub(super) fn edge<V: Lanes>(&mut self, o: &Operands<'_>, pair: Pair, gradient: &[Eight]) {
        self.weight::<V>(pair.head, gradient.as_flattened(), o.features(pair.edge));
        if let Some(features) = self.features(o, pair.edge) {
            let (per_row, weights) = (o.edge_weight.per_row(), o.edge_weight.head(pair.head));
            for (index, sum) in features.iter_mut().enumerate() {
                *sum +=
                    dot::<V>(weights[index * per_row..][..per_row].as_flattened(), gradient.as_flattened());
            }
        }
    }
}
