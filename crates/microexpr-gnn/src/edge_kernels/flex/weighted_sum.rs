//! What all attention has in common: softmax over the edges into a node, the sum of values that it weighs, and the gradients of both.

use super::gradients::Gradients;
use super::kernel::ForwardSlices;
use super::operands::{Operands, Pair};
use super::softmax::softmax;
use crate::attention::flex::row::{add, dot, load};
use crate::attention::flex::{Block, Lanes};

/// One head of a node, and the part of the columns of its edges' sources that is summed.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) node: usize,
    pub(super) head: usize,
    pub(super) value: usize,
}

impl Place {
    /// The edges into the node.
    #[inline(always)]
    pub(super) fn pairs<'a>(self, o: &'a Operands<'_>) -> impl Iterator<Item = Pair> + 'a {
        let Self { node, head, .. } = self;
        o.topology.incoming(node).iter().map(move |edge| Pair { node, edge: *edge as usize, head })
    }

    /// Its part of `[N, H·C]`.
    #[inline(always)]
    pub(super) fn row<'a>(self, o: &Operands<'_>, rows: &'a [f32]) -> &'a [f32] {
        &rows[self.node * o.channels + self.head * o.head_width..][..o.head_width]
    }

    /// Its sum in the output of a block.
    #[inline(always)]
    pub(super) fn sums<'a>(
        self,
        o: &Operands<'_>,
        block: &Block,
        out: &'a mut ForwardSlices<'_>,
    ) -> &'a mut [f32] {
        let first = (self.node - block.nodes.start) * o.channels + self.head * o.head_width;
        &mut out.values[first..][..o.head_width]
    }
}

/// Makes the scores of the node's edges the weights `α`, writes those, and adds `Σ α value_j` to the node's sum.
#[inline(always)]
pub(super) fn weigh<V: Lanes>(
    o: &Operands<'_>,
    place: Place,
    block: &Block,
    scores: &mut [f32],
    out: &mut ForwardSlices<'_>,
) {
    softmax::<V>(scores);
    for (alpha, pair) in scores.iter().zip(place.pairs(o)) {
        out.alpha[(pair.edge - block.edges.start) * o.heads + place.head] = *alpha;
        let value = o.part(o.source(pair.edge), place.value, place.head);
        let sums = place.sums(o, block, out);
        for k in 0..o.per_head() {
            add(sums, k, load::<V>(value, k).times(V::splat(*alpha)));
        }
    }
}

/// Leaves `d_e = gᵀ value_j` of every edge into the node, and adds the values' gradients `α_e g`.
#[inline(always)]
pub(super) fn weigh_backward<V: Lanes>(
    o: &Operands<'_>,
    place: Place,
    (gradient, alpha): (&[f32], &[f32]),
    by_weight: &mut [f32],
    out: &mut Gradients<'_>,
) {
    for (by_weight, pair) in by_weight.iter_mut().zip(place.pairs(o)) {
        let source = o.source(pair.edge);
        *by_weight = dot::<V>(gradient, o.part(source, place.value, place.head));
        let alpha = alpha[pair.edge * o.heads + place.head];
        out.add_scaled::<V>(o, (source, place.value, place.head), alpha, gradient);
    }
}

/// The gradients of the scores, `α_e (d_e − Σ α d)`, in place of those of the weights, `d_e`.
#[inline(always)]
pub(super) fn softmax_backward(o: &Operands<'_>, place: Place, alpha: &[f32], by_weight: &mut [f32]) {
    let of = |pair: Pair| alpha[pair.edge * o.heads + place.head];
    let mut along = 0.0;
    for (by_weight, pair) in by_weight.iter().zip(place.pairs(o)) {
        along += of(pair) * by_weight;
    }
    for (by_weight, pair) in by_weight.iter_mut().zip(place.pairs(o)) {
        *by_weight = of(pair) * (*by_weight - along);
    }
}
