use super::attention::Scoring;
use super::gradients::Gradients;
use super::operands::{Message, Operands, Pair};
use super::row::load;
use crate::attention::flex::{Eight, Lanes};

/// Graph transformer: `q_iᵀ (k_j + W x_e) / √C`; the nodes are `q ‖ k ‖ v`, the values `v_j + W x_e`.
pub(super) struct DotScores {
    /// `1 / √C`.
    pub(super) scale: f32,
}

const QUERY: usize = 0;
const KEY: usize = 1;
const VALUE: usize = 2;

impl Scoring for DotScores {
    #[inline(always)]
    fn score<V: Lanes>(&self, o: &Operands<'_>, pair: Pair) -> f32 {
        let (query, key) = (o.part(pair.node, QUERY, pair.head), o.message(pair, KEY));
        let mut sum = V::splat(0.0);
        for k in 0..o.per_head() {
            sum = sum.plus(load::<V>(query, k).times(key.eight(k)));
        }
        sum.total() * self.scale
    }

    #[inline(always)]
    fn score_gradient<V: Lanes>(
        &self,
        o: &Operands<'_>,
        pair: Pair,
        gradient: f32,
        room: &mut [Eight],
        out: &mut Gradients<'_>,
    ) {
        let (query, key) = (o.part(pair.node, QUERY, pair.head), o.message(pair, KEY));
        let gradient = V::splat(gradient * self.scale);
        for (k, to) in room.iter_mut().enumerate() {
            key.eight::<V>(k).times(gradient).store(to);
        }
        out.add::<V>(o, (pair.node, QUERY, pair.head), room);
        for (k, to) in room.iter_mut().enumerate() {
            load::<V>(query, k).times(gradient).store(to);
        }
        out.message::<V>(o, pair, KEY, room);
    }

    #[inline(always)]
    fn value<'a>(&self, o: &'a Operands<'_>, pair: Pair) -> Message<'a> {
        o.message(pair, VALUE)
    }

    #[inline(always)]
    fn value_gradient<V: Lanes>(
        &self,
        o: &Operands<'_>,
        pair: Pair,
        gradient: &[Eight],
        out: &mut Gradients<'_>,
    ) {
        out.message::<V>(o, pair, VALUE, gradient);
    }
}
