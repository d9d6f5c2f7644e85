//! Forward pass of the fused attention for the nodes of one block.

use super::gaussian::CentredGaussian;
use super::lanes::{Eight, LANES, Lanes};
use super::operands::{Block, Operands};
use super::softmax::softmax;
use super::vectors::add_scaled_any;
use super::width::{Width, with_width};
use crate::attention::SelfOperands;

/// Where the forward pass of one block writes; all slices start at the block's first node or edge.
pub(crate) struct ForwardSlices<'a> {
    pub(crate) values: &'a mut [f32],
    pub(crate) alpha_self: &'a mut [f32],
    pub(crate) alpha_gaussian: &'a mut [f32],
    pub(crate) alpha: &'a mut [f32],
}

/// Room for the scores of one node's edges, used by node after node.
struct Scores {
    /// Head by head, each in whole lanes.
    own: Vec<Eight>,
    gaussian: Vec<Eight>,
    /// Lanes of a head.
    per_head: usize,
    deviations: Vec<Eight>,
}

/// One block of the batch: what is read, and where it starts.
struct Pass<'a> {
    o: &'a Operands<'a>,
    block: &'a Block,
}

#[inline(always)]
pub(crate) fn forward<V: Lanes>(o: &Operands<'_>, block: &Block, out: &mut ForwardSlices<'_>) {
    let pass = Pass { o, block };
    let lanes = o.gaussian.as_ref().map_or(1, |gaussian| gaussian.target.per_row());
    with_width!(lanes, width => pass.run::<V>(out, width));
}

impl Pass<'_> {
    #[inline(always)]
    fn run<V: Lanes>(&self, out: &mut ForwardSlices<'_>, width: impl Width) {
        let mut scores = Scores::new(self.o, self.block, width.lanes());
        for node in self.block.nodes.clone() {
            if let Some(own) = &self.o.own {
                self.own::<V>(own, node, &mut scores);
            }
            if let Some(gaussian) = &self.o.gaussian {
                self.gaussian::<V>(gaussian, node, &mut scores, width);
            }
            self.weighted_sum::<V>(node, &scores, out);
        }
    }

    /// Eqs. 1 and 2: softmax of LeakyReLU of the logits.
    #[inline(always)]
    fn own<V: Lanes>(&self, own: &SelfOperands<&[f32]>, node: usize, scores: &mut Scores) {
        let (o, incoming) = (self.o, self.o.topology.incoming(node));
        let slope = o.settings.negative_slope as f32;
        for head in 0..o.heads {
            let scores = &mut scores.own[head * scores.per_head..][..scores.per_head];
            let flat = scores.as_flattened_mut();
            for (score, edge) in flat.iter_mut().zip(incoming) {
                *score = leaky(own.logit(o, node, *edge as usize, head), slope);
            }
            softmax::<V>(scores, incoming.len());
        }
    }

    /// Eqs. 5 and 6: softmax of the densities.
    #[inline(always)]
    fn gaussian<V: Lanes>(
        &self,
        gaussian: &CentredGaussian<'_>,
        node: usize,
        scores: &mut Scores,
        width: impl Width,
    ) {
        let (o, incoming) = (self.o, self.o.topology.incoming(node));
        let scale = o.settings.density_scale(gaussian.width());
        let flat = scores.gaussian.as_flattened_mut();
        for (score, edge) in flat.iter_mut().zip(incoming) {
            let edge = *edge as usize;
            let nodes = [node, o.topology.source()[edge] as usize];
            *score = scale * gaussian.density::<V>(nodes, edge, &mut scores.deviations, width);
        }
        softmax::<V>(&mut scores.gaussian, incoming.len());
    }

    /// Eqs. 7 and 8: the fused weights, and the sum of the neighbours' values that they weigh.
    #[inline(always)]
    fn weighted_sum<V: Lanes>(&self, node: usize, scores: &Scores, out: &mut ForwardSlices<'_>) {
        let (o, heads) = (self.o, self.o.heads);
        let row = (node - self.block.nodes.start) * o.stride;
        let sums = &mut out.values[row..row + o.channels];
        let (own, gaussian) = (scores.own.as_flattened(), scores.gaussian.as_flattened());
        let shares = o.shares();
        for (place, edge) in o.topology.incoming(node).iter().enumerate() {
            let edge = *edge as usize;
            let local = edge - self.block.edges.start;
            if o.gaussian.is_some() {
                out.alpha_gaussian[local] = gaussian[place];
            }
            let parts = sums.chunks_exact_mut(o.head_width()).zip(o.neighbour_values(edge));
            for (head, (sum, values)) in parts.enumerate() {
                let at = local * heads + head;
                let alpha = match (&o.own, &o.gaussian) {
                    (Some(_), Some(_)) => {
                        let own = own[head * scores.per_head * LANES + place];
                        out.alpha_self[at] = own;
                        shares.own * own + shares.gaussian * gaussian[place]
                    }
                    (Some(_), None) => {
                        out.alpha_self[at] = own[head * scores.per_head * LANES + place];
                        out.alpha_self[at]
                    }
                    _ => gaussian[place],
                };
                out.alpha[at] = alpha;
                add_scaled_any::<V>(sum, alpha, values);
            }
        }
    }
}

impl Scores {
    fn new(o: &Operands<'_>, block: &Block, lanes: usize) -> Self {
        let per_head = block.max_in_degree(o.topology).div_ceil(LANES);
        let zeros = |length: usize| vec![[0.0; LANES]; length];
        Self {
            own: zeros(o.own_heads() * per_head),
            gaussian: zeros(per_head),
            per_head,
            deviations: zeros(lanes),
        }
    }
}

#[inline(always)]
fn leaky(x: f32, slope: f32) -> f32 {
    if x > 0.0 { x } else { slope * x }
}
