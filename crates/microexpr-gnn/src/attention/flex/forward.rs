//! Forward pass of the fused attention for the nodes of one block.

use super::deviations::Deviations;
use super::gaussian::CentredGaussian;
use super::lanes::Lanes;
use super::operands::{Block, Operands};
use super::softmax::softmax;
use super::vectors::add_scaled_any;
use crate::attention::SelfOperands;

/// Where the forward pass of one block writes; all slices start at the block's first node or edge.
pub(super) struct ForwardSlices<'a> {
    pub(super) values: &'a mut [f32],
    pub(super) alpha_self: &'a mut [f32],
    pub(super) alpha_gaussian: &'a mut [f32],
    pub(super) alpha: &'a mut [f32],
}

#[inline(always)]
pub(super) fn forward<V: Lanes>(o: &Operands<'_>, block: &Block, out: &mut ForwardSlices<'_>) {
    let mut deviations = Deviations::new(o, block);
    for node in block.nodes.clone() {
        if let Some(own) = &o.own {
            self_weights::<V>(o, own, node, block, out);
        }
        if let Some(gaussian) = &o.gaussian {
            deviations.fill::<V>(gaussian, o.topology, node);
            gaussian_weights::<V>(o, gaussian, &deviations, node, block, out);
        }
        weighted_sum::<V>(o, node, block, out);
    }
}

/// Eqs. 1 and 2: softmax of LeakyReLU of the logits.
#[inline(always)]
fn self_weights<V: Lanes>(
    o: &Operands<'_>,
    own: &SelfOperands<&[f32]>,
    node: usize,
    block: &Block,
    out: &mut ForwardSlices<'_>,
) {
    let (incoming, first_edge, heads) = (o.topology.incoming(node), block.edges.start, o.heads);
    for edge in incoming {
        let edge = *edge as usize;
        for head in 0..heads {
            let logit = own.logit(o, node, edge, head);
            out.alpha_self[(edge - first_edge) * heads + head] =
                leaky(logit, o.settings.negative_slope as f32);
        }
    }
    for head in 0..heads {
        softmax::<V>(out.alpha_self, incoming, |edge| (edge - first_edge) * heads + head);
    }
}

/// Eqs. 5 and 6: softmax of the densities.
#[inline(always)]
fn gaussian_weights<V: Lanes>(
    o: &Operands<'_>,
    gaussian: &CentredGaussian<'_>,
    deviations: &Deviations,
    node: usize,
    block: &Block,
    out: &mut ForwardSlices<'_>,
) {
    let (incoming, first_edge) = (o.topology.incoming(node), block.edges.start);
    let scale = o.settings.density_scale(gaussian.width());
    for (edge, (d, variance)) in incoming.iter().zip(deviations.edges()) {
        out.alpha_gaussian[*edge as usize - first_edge] = scale * gaussian.density::<V>(d, variance);
    }
    softmax::<V>(out.alpha_gaussian, incoming, |edge| edge - first_edge);
}

/// Eqs. 7 and 8: the fused weights, and the sum of the neighbours' values that they weigh.
#[inline(always)]
fn weighted_sum<V: Lanes>(o: &Operands<'_>, node: usize, block: &Block, out: &mut ForwardSlices<'_>) {
    let row = (node - block.nodes.start) * o.channels;
    let sum = &mut out.values[row..row + o.channels];
    for edge in o.topology.incoming(node) {
        let edge = *edge as usize;
        let local = edge - block.edges.start;
        let parts = sum.chunks_exact_mut(o.head_width()).zip(o.neighbour_values(edge));
        for (head, (sum, values)) in parts.enumerate() {
            let at = local * o.heads + head;
            let alpha = match (&o.own, &o.gaussian) {
                (Some(_), Some(_)) => {
                    o.lambda * out.alpha_self[at] + (1.0 - o.lambda) * out.alpha_gaussian[local]
                }
                (Some(_), None) => out.alpha_self[at],
                _ => out.alpha_gaussian[local],
            };
            out.alpha[at] = alpha;
            add_scaled_any::<V>(sum, alpha, values);
        }
    }
}

#[inline(always)]
fn leaky(x: f32, slope: f32) -> f32 {
    if x > 0.0 { x } else { slope * x }
}
