//! The forward pass over a whole batch: nodes are independent, so results never depend on the number of threads.

use rayon::prelude::*;

use super::blocks::{cut, forward_blocks, lengths};
use super::dispatch;
use super::forward::ForwardSlices;
use super::operands::{Block, Operands};

/// Output and attention of the whole batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Forward {
    /// `[N, C]`.
    pub(crate) values: Vec<f32>,
    /// `[E, H]`, empty if the mechanism is absent.
    pub(crate) alpha_self: Vec<f32>,
    /// `[E]`, empty if the mechanism is absent.
    pub(crate) alpha_gaussian: Vec<f32>,
    /// `[E, H]`.
    pub(crate) alpha: Vec<f32>,
}

pub(crate) fn forward(o: &Operands<'_>) -> Forward {
    let mut out = Forward::zeros(o);
    let blocks = forward_blocks(o.topology);
    let slices = out.slices(o, &blocks);
    blocks.par_iter().zip(slices).for_each(|(block, mut slices)| dispatch::forward(o, block, &mut slices));
    out
}

impl Forward {
    fn zeros(o: &Operands<'_>) -> Self {
        let (nodes, edges) = (o.topology.nodes(), o.topology.edges());
        Self {
            values: vec![0.0; nodes * o.channels],
            alpha_self: vec![0.0; edges * o.own_heads()],
            alpha_gaussian: vec![0.0; if o.gaussian.is_some() { edges } else { 0 }],
            alpha: vec![0.0; edges * o.heads],
        }
    }

    /// What each block writes.
    fn slices(&mut self, o: &Operands<'_>, blocks: &[Block]) -> Vec<ForwardSlices<'_>> {
        let (nodes_of, edges_of) = lengths(blocks);
        let mut values = cut(&mut self.values, &nodes_of, o.channels);
        let mut alpha_self = cut(&mut self.alpha_self, &edges_of, o.own_heads());
        let mut alpha_gaussian = cut(&mut self.alpha_gaussian, &edges_of, usize::from(o.gaussian.is_some()));
        let mut alpha = cut(&mut self.alpha, &edges_of, o.heads);
        let slices = |_: &Block| {
            Some(ForwardSlices {
                values: values.next()?,
                alpha_self: alpha_self.next()?,
                alpha_gaussian: alpha_gaussian.next()?,
                alpha: alpha.next()?,
            })
        };
        blocks.iter().filter_map(slices).collect()
    }
}
