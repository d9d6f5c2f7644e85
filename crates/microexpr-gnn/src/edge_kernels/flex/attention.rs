//! What GAT and GATv2 share: softmax over the edges into a node, and the sum that it weighs.

use super::gradients::Gradients;
use super::kernel::{ForwardSlices, Kernel};
use super::operands::{Operands, Pair};
use super::softmax::softmax;
use crate::attention::flex::row::{add, dot, load};
use crate::attention::flex::{Block, Eight, LANES, Lanes};

/// How the edges are scored, and what is summed.
pub(super) trait Scoring: Sync {
    /// Which part of the columns of an edge's source its weight multiplies.
    const VALUE: usize;

    fn score<V: Lanes>(&self, o: &Operands<'_>, pair: Pair) -> f32;

    /// Adds the gradients of all that a score is made of, given that of the score; `room` is one head's.
    fn score_gradient<V: Lanes>(
        &self,
        o: &Operands<'_>,
        pair: Pair,
        gradient: f32,
        room: &mut [Eight],
        out: &mut Gradients<'_>,
    );
}

/// Attention with some scoring.
pub(super) struct Attention<'a, S> {
    pub(super) operands: Operands<'a>,
    pub(super) scoring: S,
}

impl<S: Scoring> Kernel for Attention<'_, S> {
    fn operands(&self) -> &Operands<'_> {
        &self.operands
    }

    fn weights(&self) -> usize {
        self.operands.heads
    }

    #[inline(always)]
    fn forward<V: Lanes>(&self, block: &Block, out: &mut ForwardSlices<'_>) {
        let mut scores = vec![0.0; block.max_in_degree(self.operands.topology)];
        for node in block.nodes.clone() {
            for head in 0..self.operands.heads {
                self.node::<V>(node, head, block, &mut scores, out);
            }
        }
    }

    #[inline(always)]
    fn backward<V: Lanes>(&self, gradient: &[f32], alpha: &[f32], block: &Block, out: &mut Gradients<'_>) {
        let mut room = Room {
            by_weight: vec![0.0; block.max_in_degree(self.operands.topology)],
            row: vec![[0.0; LANES]; self.operands.per_head()],
        };
        for node in block.nodes.clone() {
            for head in 0..self.operands.heads {
                self.node_backward::<V>(node, head, gradient, alpha, &mut room, out);
            }
        }
    }
}

/// Room that the backward pass of one head of a node needs.
struct Room {
    /// Gradients of the weights of the node's edges.
    by_weight: Vec<f32>,
    row: Vec<Eight>,
}

impl<S: Scoring> Attention<'_, S> {
    /// One head of a node.
    #[inline(always)]
    fn node<V: Lanes>(
        &self,
        node: usize,
        head: usize,
        block: &Block,
        scores: &mut [f32],
        out: &mut ForwardSlices<'_>,
    ) {
        let o = &self.operands;
        let incoming = o.topology.incoming(node);
        let scores = &mut scores[..incoming.len()];
        for (score, edge) in scores.iter_mut().zip(incoming) {
            *score = self.scoring.score::<V>(o, Pair { node, edge: *edge as usize, head });
        }
        softmax::<V>(scores);
        let first = (node - block.nodes.start) * o.channels + head * o.head_width;
        let sums = &mut out.values[first..][..o.head_width];
        for (alpha, edge) in scores.iter().zip(incoming) {
            let edge = *edge as usize;
            out.alpha[(edge - block.edges.start) * o.heads + head] = *alpha;
            let value = o.part(o.source(edge), S::VALUE, head);
            for k in 0..o.per_head() {
                add(sums, k, load::<V>(value, k).times(V::splat(*alpha)));
            }
        }
    }

    /// With `d_e = gᵀ value_j`: the value's gradient is `α_e g`, the score's `α_e (d_e − Σ α d)`.
    #[inline(always)]
    fn node_backward<V: Lanes>(
        &self,
        node: usize,
        head: usize,
        gradient: &[f32],
        alpha: &[f32],
        room: &mut Room,
        out: &mut Gradients<'_>,
    ) {
        let o = &self.operands;
        let incoming = o.topology.incoming(node);
        let gradient = &gradient[node * o.channels + head * o.head_width..][..o.head_width];
        let mut along = 0.0;
        for (by_weight, edge) in room.by_weight.iter_mut().zip(incoming) {
            let edge = *edge as usize;
            let (source, alpha) = (o.source(edge), alpha[edge * o.heads + head]);
            *by_weight = dot::<V>(gradient, o.part(source, S::VALUE, head));
            along += alpha * *by_weight;
            out.add_scaled::<V>(o, (source, S::VALUE, head), alpha, gradient);
        }
        for (by_weight, edge) in room.by_weight.iter().zip(incoming) {
            let pair = Pair { node, edge: *edge as usize, head };
            let by_score = alpha[pair.edge * o.heads + head] * (by_weight - along);
            self.scoring.score_gradient::<V>(o, pair, by_score, &mut room.row, out);
        }
    }
}
