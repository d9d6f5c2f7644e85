use super::attention::Scoring;
use super::gradients::Gradients;
use super::operands::{Operands, Pair};
use crate::attention::flex::row::{add_eight, load};
use crate::attention::flex::{Eight, Lanes};

/// GATv2: `aᵀ LeakyReLU(t_i + s_j + W x_e)`; the nodes are `t ‖ s`, the values `s_j`.
pub(super) struct PairScores {
    pub(super) negative_slope: f32,
}

const TARGET: usize = 0;
const SOURCE: usize = 1;

impl Scoring for PairScores {
    const VALUE: usize = SOURCE;

    #[inline(always)]
    fn score<V: Lanes>(&self, o: &Operands<'_>, pair: Pair) -> f32 {
        let (target, message) = (o.part(pair.node, TARGET, pair.head), o.message(pair, SOURCE));
        let slope = V::splat(self.negative_slope);
        let mut sum = V::splat(0.0);
        for (k, a) in o.vector.head(pair.head).iter().enumerate() {
            let z = load::<V>(target, k).plus(message.eight(k));
            sum = sum.plus(leaky(z, slope).times(V::load(a)));
        }
        sum.total()
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
        let (target, message) = (o.part(pair.node, TARGET, pair.head), o.message(pair, SOURCE));
        let (slope, gradient) = (V::splat(self.negative_slope), V::splat(gradient));
        let sums = out.shared.vector.head_mut(pair.head);
        for (k, a) in o.vector.head(pair.head).iter().enumerate() {
            let z = load::<V>(target, k).plus(message.eight(k));
            add_eight(&mut sums[k], leaky(z, slope).times(gradient));
            leaky_gradient(gradient.times(V::load(a)), z, slope).store(&mut room[k]);
        }
        out.add::<V>(o, (pair.node, TARGET, pair.head), room);
        out.message::<V>(o, pair, SOURCE, room);
    }
}

/// `x` above 0, else `slope·x`.
#[inline(always)]
fn leaky<V: Lanes>(x: V, slope: V) -> V {
    let positive = x.at_least(V::splat(0.0));
    positive.plus(x.minus(positive).times(slope))
}

/// The gradient of [`leaky`]'s input at `x`, given that of its output.
#[inline(always)]
fn leaky_gradient<V: Lanes>(gradient: V, x: V, slope: V) -> V {
    let above = gradient.where_positive(x);
    above.plus(gradient.minus(above).times(slope))
}
