//! What GAT and GATv2 share: scores of one edge at a time.

use super::gradients::Gradients;
use super::kernel::{ForwardSlices, Kernel};
use super::operands::{Operands, Pair};
use super::weighted_sum::{Place, softmax_backward, weigh, weigh_backward};
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
        let o = &self.operands;
        let mut room = vec![0.0; block.max_in_degree(o.topology)];
        for node in block.nodes.clone() {
            for head in 0..o.heads {
                let place = Place { node, head, value: S::VALUE };
                let scores = &mut room[..o.topology.incoming(node).len()];
                for (score, pair) in scores.iter_mut().zip(place.pairs(o)) {
                    *score = self.scoring.score::<V>(o, pair);
                }
                weigh::<V>(o, place, block, scores, out);
            }
        }
    }

    #[inline(always)]
    fn backward<V: Lanes>(&self, gradient: &[f32], alpha: &[f32], block: &Block, out: &mut Gradients<'_>) {
        let o = &self.operands;
        let mut room = vec![0.0; block.max_in_degree(o.topology)];
        let mut row = vec![[0.0; LANES]; o.per_head()];
        for node in block.nodes.clone() {
            for head in 0..o.heads {
                let place = Place { node, head, value: S::VALUE };
                let by_edge = &mut room[..o.topology.incoming(node).len()];
                weigh_backward::<V>(o, place, (place.row(o, gradient), alpha), by_edge, out);
                softmax_backward(o, place, alpha, by_edge);
                for (by_score, pair) in by_edge.iter().zip(place.pairs(o)) {
                    self.scoring.score_gradient::<V>(o, pair, *by_score, &mut row, out);
                }
            }
        }
    }
}
