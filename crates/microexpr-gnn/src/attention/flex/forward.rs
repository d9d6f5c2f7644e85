//! Forward pass of the fused attention for the nodes of one block.

use super::gaussian::{CentredGaussian, EdgesOfGroup};
use super::group::{Group, groups};
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

/// Room for the weights of one group's edges, used by group after group.
#[derive(Default)]
struct Scores {
    /// α_self, head by head, each in whole lanes.
    own: Vec<Eight>,
    /// α_gaussian.
    gaussian: Vec<Eight>,
    edges: EdgesOfGroup,
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
        let mut scores = Scores::default();
        for group in groups(self.o, self.block, width.lanes()) {
            let whole = group.edges.len().div_ceil(LANES);
            if let Some(own) = &self.o.own {
                scores.own.resize(self.o.heads * whole, [0.0; LANES]);
                self.own::<V>(own, &group, &mut scores.own);
            }
            if let Some(gaussian) = &self.o.gaussian {
                scores.gaussian.resize(whole, [0.0; LANES]);
                self.gaussian::<V>(gaussian, &group, &mut scores, width);
            }
            self.weigh(&group, &scores, out);
            self.weighted_sums::<V>(&group, out);
        }
    }

    /// Eqs. 1 and 2: softmax of LeakyReLU of the logits.
    #[inline(always)]
    fn own<V: Lanes>(&self, own: &SelfOperands<&[f32]>, group: &Group<'_>, alphas: &mut [Eight]) {
        let slope = self.o.settings.negative_slope as f32;
        let whole = group.edges.len().div_ceil(LANES);
        for head in 0..self.o.heads {
            let scores = &mut alphas[head * whole..][..whole];
            for (score, edge) in scores.as_flattened_mut().iter_mut().zip(group.edges) {
                let logit = own.logit(self.o, *edge as usize, head);
                *score = if logit > 0.0 { logit } else { slope * logit };
            }
            softmax::<V>(scores, group.in_degrees());
        }
    }

    /// Eqs. 5 and 6: softmax of the densities.
    #[inline(always)]
    fn gaussian<V: Lanes>(
        &self,
        gaussian: &CentredGaussian<'_>,
        group: &Group<'_>,
        scores: &mut Scores,
        width: impl Width,
    ) {
        let scale = self.o.settings.density_scale(gaussian.width());
        gaussian.densities::<V>(group, scale, &mut scores.edges, &mut scores.gaussian, width);
        softmax::<V>(&mut scores.gaussian, group.in_degrees());
    }

    /// Eq. 7: all weights of the group's edges.
    #[inline(always)]
    fn weigh(&self, group: &Group<'_>, scores: &Scores, out: &mut ForwardSlices<'_>) {
        let (heads, shares) = (self.o.heads, self.o.shares());
        let (own, gaussian) = (scores.own.as_flattened(), scores.gaussian.as_flattened());
        let per_head = group.edges.len().div_ceil(LANES) * LANES;
        for (place, edge) in group.edges.iter().enumerate() {
            let edge = *edge as usize - self.block.edges.start;
            for head in 0..heads {
                let at = edge * heads + head;
                let mut alpha = 0.0;
                if self.o.own.is_some() {
                    let own = own[head * per_head + place];
                    out.alpha_self[at] = own;
                    alpha = shares.own * own;
                }
                if self.o.gaussian.is_some() {
                    alpha += shares.gaussian * gaussian[place];
                    out.alpha_gaussian[edge] = gaussian[place];
                }
                out.alpha[at] = alpha;
            }
        }
    }

    /// Eq. 8: the sums of the neighbours' values that the weights weigh.
    #[inline(always)]
    fn weighted_sums<V: Lanes>(&self, group: &Group<'_>, out: &mut ForwardSlices<'_>) {
        let (o, heads) = (self.o, self.o.heads);
        for edge in group.edges {
            let edge = *edge as usize;
            let row = (group.target[edge] as usize - self.block.nodes.start) * o.stride;
            let sums = out.values[row..row + o.channels].chunks_exact_mut(o.head_width());
            let alphas = &out.alpha[(edge - self.block.edges.start) * heads..][..heads];
            for ((sum, values), alpha) in sums.zip(o.neighbour_values(edge)).zip(alphas) {
                add_scaled_any::<V>(sum, *alpha, values);
            }
        }
    }
}
