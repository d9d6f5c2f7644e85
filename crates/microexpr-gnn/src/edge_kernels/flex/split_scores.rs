use super::attention::Scoring;
use super::gradients::Gradients;
use super::operands::{Operands, Pair};
use crate::attention::flex::{Eight, LANES, Lanes};

/// GAT: `LeakyReLU(t_i + s_j + W x_e)`; the nodes are `h ‖ t ‖ s`, the values `h_j`.
pub(super) struct SplitScores {
    pub(super) negative_slope: f32,
}

impl SplitScores {
    #[inline(always)]
    fn before_leaky(o: &Operands<'_>, pair: Pair) -> f32 {
        let (of_target, of_source) = columns(o, pair.head);
        let [target, source] = [pair.node, o.source(pair.edge)].map(|node| node * o.columns);
        let mut score = o.nodes[target + of_target] + o.nodes[source + of_source];
        for (weight, feature) in o.edge_weight.head(pair.head).iter().zip(o.features(pair.edge)) {
            score += weight[0] * feature;
        }
        score
    }
}

/// Columns of `t` and `s` of a head.
#[inline(always)]
fn columns(o: &Operands<'_>, head: usize) -> (usize, usize) {
    (o.channels + head, o.channels + o.heads + head)
}

impl Scoring for SplitScores {
    const VALUE: usize = 0;

    #[inline(always)]
    fn score<V: Lanes>(&self, o: &Operands<'_>, pair: Pair) -> f32 {
        let x = Self::before_leaky(o, pair);
        if x > 0.0 { x } else { self.negative_slope * x }
    }

    #[inline(always)]
    fn score_gradient<V: Lanes>(
        &self,
        o: &Operands<'_>,
        pair: Pair,
        gradient: f32,
        _: &mut [Eight],
        out: &mut Gradients<'_>,
    ) {
        let slope = if Self::before_leaky(o, pair) > 0.0 { 1.0 } else { self.negative_slope };
        let gradient = slope * gradient;
        let (of_target, of_source) = columns(o, pair.head);
        *out.column(o, pair.node, of_target) += gradient;
        *out.column(o, o.source(pair.edge), of_source) += gradient;
        let mut eight = [0.0; LANES];
        eight[0] = gradient;
        out.edge::<V>(o, pair, &[eight]);
    }
}
