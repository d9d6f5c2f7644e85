//! Backward pass of the fused attention for the nodes of one block.

use super::gaussian::{CentredGaussian, EdgeGradients};
use super::lanes::{Eight, LANES, Lanes};
use super::operands::{Block, Operands};
use super::vectors::{add_scaled_any, dot_any};
use super::width::{Width, with_width};
use crate::attention::SelfOperands;

/// Where the backward pass of one block writes; all slices start at the block's first node or edge.
pub(crate) struct BackwardSlices<'a> {
    pub(crate) values: &'a mut [f32],
    pub(crate) self_target: &'a mut [f32],
    pub(crate) self_source: &'a mut [f32],
    pub(crate) self_edge: &'a mut [f32],
    pub(crate) gaussian_target: &'a mut [Eight],
    pub(crate) gaussian_source: &'a mut [Eight],
    /// Empty if nobody asked.
    pub(crate) edge_features: &'a mut [f32],
}

/// What the blocks' backward passes sum up.
#[derive(Debug, Clone)]
pub(crate) struct SharedGradients {
    /// `[De, D]`.
    pub(crate) edge_weight: Vec<Eight>,
    pub(crate) lambda: f32,
}

/// Attention weights of the whole batch, kept from the forward pass.
#[derive(Clone, Copy)]
pub(crate) struct Alphas<'a> {
    pub(crate) alpha_self: &'a [f32],
    pub(crate) alpha_gaussian: &'a [f32],
    pub(crate) alpha: &'a [f32],
}

/// Room for the gradients of the weights of one node's edges, used by node after node.
struct Workspace {
    /// Two rows.
    deviations: [Vec<Eight>; 2],
    /// Gradient of the fused weights, edge by edge and head by head.
    d_alpha: Vec<f32>,
    /// `Σ α_self·dα` of every head, what softmax's gradient subtracts.
    along_self: Vec<f32>,
    /// The same of Gaussian attention.
    along_gaussian: f32,
}

/// One block of the batch: what is read, and where it starts.
struct Pass<'a> {
    o: &'a Operands<'a>,
    saved: &'a Alphas<'a>,
    block: &'a Block,
}

/// `gradient` is that of the output, over the whole batch.
#[inline(always)]
pub(crate) fn backward<V: Lanes>(
    o: &Operands<'_>,
    saved: &Alphas<'_>,
    gradient: &[f32],
    block: &Block,
    out: &mut BackwardSlices<'_>,
    shared: &mut SharedGradients,
) {
    let pass = Pass { o, saved, block };
    let lanes = o.gaussian.as_ref().map_or(1, |gaussian| gaussian.target.per_row());
    with_width!(lanes, width => pass.run::<V>(gradient, out, shared, width));
}

impl Workspace {
    fn new(o: &Operands<'_>, block: &Block, lanes: usize) -> Self {
        Self {
            deviations: std::array::from_fn(|_| vec![[0.0; LANES]; lanes]),
            d_alpha: vec![0.0; block.max_in_degree(o.topology) * o.heads],
            along_self: vec![0.0; o.heads],
            along_gaussian: 0.0,
        }
    }
}

impl Pass<'_> {
    #[inline(always)]
    fn run<V: Lanes>(
        &self,
        gradient: &[f32],
        out: &mut BackwardSlices<'_>,
        shared: &mut SharedGradients,
        width: impl Width,
    ) {
        let o = self.o;
        let mut work = Workspace::new(o, self.block, width.lanes());
        for node in self.block.nodes.clone() {
            let gradient = &gradient[node * o.stride..][..o.channels];
            self.values::<V>(node, gradient, &mut work, out);
            shared.lambda += work.along_self.iter().sum::<f32>() - work.along_gaussian;
            if let Some(own) = &o.own {
                self.own(own, node, &work, out);
            }
            if let Some(gaussian) = &o.gaussian {
                self.gaussian::<V>(gaussian, node, &mut work, out, shared, width);
            }
        }
    }

    /// The source of an edge, as a place within the block.
    #[inline(always)]
    fn source(&self, edge: usize) -> usize {
        self.o.topology.source()[edge] as usize - self.block.nodes.start
    }

    /// Gradients of the neighbours' values and of the weights.
    #[inline(always)]
    fn values<V: Lanes>(
        &self,
        node: usize,
        gradient: &[f32],
        work: &mut Workspace,
        out: &mut BackwardSlices<'_>,
    ) {
        let (o, saved, heads, head_width) = (self.o, self.saved, self.o.heads, self.o.head_width());
        work.along_self.fill(0.0);
        work.along_gaussian = 0.0;
        for (d, edge) in work.d_alpha.chunks_exact_mut(heads).zip(o.topology.incoming(node)) {
            let edge = *edge as usize;
            let row = self.source(edge) * o.stride;
            let sums = out.values[row..row + o.channels].chunks_exact_mut(head_width);
            let heads_of = gradient.chunks_exact(head_width).zip(o.neighbour_values(edge)).zip(sums);
            for (head, ((gradient, values), sum)) in heads_of.enumerate() {
                let at = edge * heads + head;
                d[head] = dot_any::<V>(gradient, values);
                add_scaled_any::<V>(sum, saved.alpha[at], gradient);
                work.along_self[head] += saved.alpha_self.get(at).map_or(0.0, |a| a * d[head]);
            }
            work.along_gaussian += saved.alpha_gaussian.get(edge).map_or(0.0, |a| a * d.iter().sum::<f32>());
        }
    }

    /// Gradients of the logits, through softmax and LeakyReLU.
    #[inline(always)]
    fn own(&self, own: &SelfOperands<&[f32]>, node: usize, work: &Workspace, out: &mut BackwardSlices<'_>) {
        let (o, heads, share) = (self.o, self.o.heads, self.o.shares().own);
        let negative_slope = o.settings.negative_slope as f32;
        let at_node = (node - self.block.nodes.start) * heads;
        for (d, edge) in work.d_alpha.chunks_exact(heads).zip(o.topology.incoming(node)) {
            let edge = *edge as usize;
            let source = self.source(edge);
            for head in 0..heads {
                let slope = if own.logit(o, node, edge, head) > 0.0 { 1.0 } else { negative_slope };
                let alpha = self.saved.alpha_self[edge * heads + head];
                let d = slope * share * alpha * (d[head] - work.along_self[head]);
                out.self_target[at_node + head] += d;
                out.self_source[source * heads + head] += d;
                out.self_edge[(edge - self.block.edges.start) * heads + head] = d;
            }
        }
    }

    /// Gradients of everything that the densities were made of, through softmax and density.
    #[inline(always)]
    fn gaussian<V: Lanes>(
        &self,
        gaussian: &CentredGaussian<'_>,
        node: usize,
        work: &mut Workspace,
        out: &mut BackwardSlices<'_>,
        shared: &mut SharedGradients,
        width: impl Width,
    ) {
        let (o, lanes) = (self.o, width.lanes());
        let scale = o.shares().gaussian * o.settings.density_scale(gaussian.width());
        let target = &mut out.gaussian_target[(node - self.block.nodes.start) * lanes..][..lanes];
        let [room, products] = &mut work.deviations;
        for (d_alpha, edge) in work.d_alpha.chunks_exact(o.heads).zip(o.topology.incoming(node)) {
            let edge = *edge as usize;
            let along = d_alpha.iter().sum::<f32>() - work.along_gaussian;
            let gradient = scale * self.saved.alpha_gaussian[edge] * along;
            let features = (edge - self.block.edges.start) * gaussian.edge_width;
            let features = features..features + gaussian.edge_width;
            let source = self.source(edge) * lanes;
            let to = EdgeGradients {
                target: &mut *target,
                source: &mut out.gaussian_source[source..][..lanes],
                edge_weight: &mut shared.edge_weight,
                edge_features: out.edge_features.get_mut(features).unwrap_or_default(),
            };
            let nodes = [node, o.topology.source()[edge] as usize];
            gaussian.density_gradient::<V>(nodes, edge, gradient, [&mut *room, &mut *products], width, to);
        }
    }
}
