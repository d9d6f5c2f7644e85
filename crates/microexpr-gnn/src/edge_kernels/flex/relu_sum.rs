use super::gradients::Gradients;
use super::kernel::{ForwardSlices, Kernel};
use super::operands::{Operands, Pair};
use crate::attention::flex::row::{add, add_eight, load};
use crate::attention::flex::{Block, Eight, LANES, Lanes};

/// GINE: `Σ_j relu(x_j + b + W x_e)`; without a vector, `b` is 0.
pub(super) struct ReluSum<'a> {
    pub(super) operands: Operands<'a>,
}

impl Kernel for ReluSum<'_> {
    fn operands(&self) -> &Operands<'_> {
        &self.operands
    }

    fn weights(&self) -> usize {
        0
    }

    #[inline(always)]
    fn forward<V: Lanes>(&self, block: &Block, out: &mut ForwardSlices<'_>) {
        let o = &self.operands;
        for node in block.nodes.clone() {
            let sums = &mut out.values[(node - block.nodes.start) * o.channels..][..o.channels];
            for edge in o.topology.incoming(node) {
                let message = o.message(Pair { node, edge: *edge as usize, head: 0 }, 0);
                for k in 0..o.per_head() {
                    let x = message.eight::<V>(k).plus(self.bias(k));
                    add(sums, k, x.at_least(V::splat(0.0)));
                }
            }
        }
    }

    #[inline(always)]
    fn backward<V: Lanes>(&self, gradient: &[f32], _: &[f32], block: &Block, out: &mut Gradients<'_>) {
        let o = &self.operands;
        let mut by_message: Vec<Eight> = vec![[0.0; LANES]; o.per_head()];
        for node in block.nodes.clone() {
            let gradient = &gradient[node * o.channels..][..o.channels];
            for edge in o.topology.incoming(node) {
                let pair = Pair { node, edge: *edge as usize, head: 0 };
                let message = o.message(pair, 0);
                for (k, to) in by_message.iter_mut().enumerate() {
                    let x = message.eight::<V>(k).plus(self.bias(k));
                    load::<V>(gradient, k).where_positive(x).store(to);
                }
                for (sum, value) in out.shared.vector.head_mut(0).iter_mut().zip(&by_message) {
                    add_eight(sum, V::load(value));
                }
                out.message::<V>(o, pair, 0, &by_message);
            }
        }
    }
}

impl ReluSum<'_> {
    /// The `k`-th eight values of `b`.
    #[inline(always)]
    fn bias<V: Lanes>(&self, k: usize) -> V {
        match self.operands.vector.head(0).get(k) {
            Some(eight) => V::load(eight),
            None => V::splat(0.0),
        }
    }
}
