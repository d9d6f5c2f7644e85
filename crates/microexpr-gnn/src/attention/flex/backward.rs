//! Backward pass of the fused attention for the nodes of one block.

use super::deviations::Deviations;
use super::gaussian::{CentredGaussian, EdgeGradients};
use super::lanes::{Eight, LANES, Lanes};
use super::operands::{Block, Operands};
use super::vectors::{add_scaled_any, dot_any};
use crate::attention::SelfOperands;

/// Where the backward pass of one block writes; all slices start at the block's first node or edge.
pub(super) struct BackwardSlices<'a> {
    pub(super) values: &'a mut [f32],
    pub(super) self_target: &'a mut [f32],
    pub(super) self_source: &'a mut [f32],
    pub(super) self_edge: &'a mut [f32],
    pub(super) gaussian_target: &'a mut [Eight],
    pub(super) gaussian_source: &'a mut [Eight],
    /// Empty if nobody asked.
    pub(super) edge_features: &'a mut [f32],
}

/// What the blocks' backward passes sum up.
#[derive(Clone)]
pub(super) struct SharedGradients {
    /// `[De, D]`.
    pub(super) edge_weight: Vec<Eight>,
    pub(super) lambda: f32,
}

/// Attention weights of the whole batch, kept from the forward pass.
#[derive(Clone, Copy)]
pub(super) struct Alphas<'a> {
    pub(super) alpha_self: &'a [f32],
    pub(super) alpha_gaussian: &'a [f32],
    pub(super) alpha: &'a [f32],
}

/// Room for the gradients of the weights of one node's edges, used by node after node.
struct Workspace {
    deviations: Deviations,
    /// One row of products.
    products: Vec<Eight>,
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

/// `gradient` is that of the output, `[N, C]` over the whole batch.
#[inline(always)]
pub(super) fn backward<V: Lanes>(
    o: &Operands<'_>,
    saved: &Alphas<'_>,
    gradient: &[f32],
    block: &Block,
    out: &mut BackwardSlices<'_>,
    shared: &mut SharedGradients,
) {
    let pass = Pass { o, saved, block };
    let mut work = Workspace::new(o, block);
    for node in block.nodes.clone() {
        let gradient = &gradient[node * o.channels..(node + 1) * o.channels];
        pass.values::<V>(node, gradient, &mut work, out);
        shared.lambda += work.along_self.iter().sum::<f32>() - work.along_gaussian;
        if let Some(own) = &o.own {
            pass.own(own, node, &work, out);
        }
        if let Some(gaussian) = &o.gaussian {
            pass.deviations::<V>(gaussian, node, &mut work);
            pass.gaussian::<V>(gaussian, node, &work.deviations, out, shared);
        }
    }
}

impl Workspace {
    fn new(o: &Operands<'_>, block: &Block) -> Self {
        let deviations = Deviations::new(o, block);
        Self {
            products: vec![[0.0; LANES]; deviations.per_row],
            deviations,
            d_alpha: vec![0.0; block.max_in_degree(o.topology) * o.heads],
            along_self: vec![0.0; o.heads],
            along_gaussian: 0.0,
        }
    }
}

impl Pass<'_> {
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
            let row = self.source(edge) * o.channels;
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
        let at_node = (node - self.block.nodes.start) * heads;
        for (d, edge) in work.d_alpha.chunks_exact(heads).zip(o.topology.incoming(node)) {
            let edge = *edge as usize;
            let source = self.source(edge);
            for head in 0..heads {
                let slope =
                    if own.logit(o, node, edge, head) > 0.0 { 1.0 } else { o.settings.negative_slope as f32 };
                let alpha = self.saved.alpha_self[edge * heads + head];
                let d = slope * share * alpha * (d[head] - work.along_self[head]);
                out.self_target[at_node + head] += d;
                out.self_source[source * heads + head] += d;
                out.self_edge[(edge - self.block.edges.start) * heads + head] = d;
            }
        }
    }

    /// Replaces the deviations of the node's edges by their gradients, through softmax and density.
    #[inline(always)]
    fn deviations<V: Lanes>(&self, gaussian: &CentredGaussian<'_>, node: usize, work: &mut Workspace) {
        let o = self.o;
        let scale = o.shares().gaussian * o.settings.density_scale(gaussian.width());
        let incoming = o.topology.incoming(node);
        work.deviations.fill::<V>(gaussian, o.topology, node);
        let edges = work.d_alpha.chunks_exact(o.heads).zip(incoming).zip(work.deviations.edges_mut());
        for ((d_alpha, edge), (d, variance)) in edges {
            let alpha = self.saved.alpha_gaussian[*edge as usize];
            let gradient = scale * alpha * (d_alpha.iter().sum::<f32>() - work.along_gaussian);
            gaussian.density_gradient::<V>(d, &mut work.products, variance, gradient);
        }
    }

    /// Adds the gradients of the deviations to everything that they were made of.
    #[inline(always)]
    fn gaussian<V: Lanes>(
        &self,
        gaussian: &CentredGaussian<'_>,
        node: usize,
        gradients: &Deviations,
        out: &mut BackwardSlices<'_>,
        shared: &mut SharedGradients,
    ) {
        let per_row = gaussian.target.per_row();
        let target = &mut out.gaussian_target[(node - self.block.nodes.start) * per_row..][..per_row];
        for (edge, (gradient, _)) in self.o.topology.incoming(node).iter().zip(gradients.edges()) {
            let edge = *edge as usize;
            let features = (edge - self.block.edges.start) * gaussian.edge_width;
            let features = features..features + gaussian.edge_width;
            let source = self.source(edge) * per_row;
            let to = EdgeGradients {
                target: &mut *target,
                source: &mut out.gaussian_source[source..][..per_row],
                edge_weight: &mut shared.edge_weight,
                edge_features: out.edge_features.get_mut(features).unwrap_or_default(),
            };
            gaussian.scatter::<V>(edge, gradient, to);
        }
    }
}
