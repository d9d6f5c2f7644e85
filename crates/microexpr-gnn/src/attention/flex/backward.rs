//! Backward pass of the fused attention for the nodes of one block.

use super::gaussian::{CentredGaussian, EdgesOfGroup, RowGradients};
use super::group::{Group, groups};
use super::lanes::{Eight, LANES, Lanes};
use super::operands::{Block, Operands};
use super::vectors::{add_scaled_any, dot_in_parts};
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

/// Room for the gradients of the weights of one group's edges, used by group after group.
#[derive(Default)]
struct Workspace {
    edges: EdgesOfGroup,
    /// Gradient of the densities of the edges.
    densities: Vec<Eight>,
    /// Factors of [`CentredGaussian::density_gradients`].
    factors: [Vec<Eight>; 2],
    /// Parts of the next.
    parts: Vec<Eight>,
    /// Gradient of the fused weights, edge by edge and head by head.
    d_alpha: Vec<Eight>,
    /// `Σ α_self·dα` of one node's edges, of every head: what softmax's gradient subtracts.
    along_self: Vec<f32>,
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

impl Pass<'_> {
    #[inline(always)]
    fn run<V: Lanes>(
        &self,
        gradient: &[f32],
        out: &mut BackwardSlices<'_>,
        shared: &mut SharedGradients,
        width: impl Width,
    ) {
        let mut work = Workspace { along_self: vec![0.0; self.o.heads], ..Workspace::default() };
        for group in groups(self.o, self.block, width.lanes()) {
            work.fit(group.edges.len(), self.o.heads);
            self.values::<V>(&group, gradient, &mut work, out);
            self.weights(&group, &mut work, out, shared);
            if let Some(gaussian) = &self.o.gaussian {
                self.gaussian::<V>(gaussian, &group, &mut work, out, shared, width);
            }
        }
    }

    /// The source of an edge, as a place within the block.
    #[inline(always)]
    fn source(&self, edge: usize) -> usize {
        self.o.topology.source()[edge] as usize - self.block.nodes.start
    }

    /// Gradients of the neighbours' values and of the fused weights.
    #[inline(always)]
    fn values<V: Lanes>(
        &self,
        group: &Group<'_>,
        gradient: &[f32],
        work: &mut Workspace,
        out: &mut BackwardSlices<'_>,
    ) {
        let (o, heads, head_width) = (self.o, self.o.heads, self.o.head_width());
        for (edge, parts) in group.edges.iter().zip(work.parts.chunks_exact_mut(heads)) {
            let edge = *edge as usize;
            let gradient = &gradient[group.target[edge] as usize * o.stride..][..o.channels];
            let row = self.source(edge) * o.stride;
            let sums = out.values[row..row + o.channels].chunks_exact_mut(head_width);
            let alphas = &self.saved.alpha[edge * heads..][..heads];
            let of_heads = gradient.chunks_exact(head_width).zip(o.neighbour_values(edge)).zip(sums);
            for (((gradient, values), sum), (parts, alpha)) in of_heads.zip(parts.iter_mut().zip(alphas)) {
                dot_in_parts::<V>(gradient, values, parts);
                add_scaled_any::<V>(sum, *alpha, gradient);
            }
        }
        let (parts, _) = work.parts.as_chunks();
        for (d_alpha, parts) in work.d_alpha.iter_mut().zip(parts) {
            V::totals(parts).store(d_alpha);
        }
    }

    /// Gradients of the logits, through softmax and LeakyReLU, of the densities, through softmax, and of λ.
    #[inline(always)]
    fn weights(
        &self,
        group: &Group<'_>,
        work: &mut Workspace,
        out: &mut BackwardSlices<'_>,
        shared: &mut SharedGradients,
    ) {
        let heads = self.o.heads;
        let scale = self.o.gaussian.as_ref().map_or(0.0, |gaussian| {
            self.o.shares().gaussian * self.o.settings.density_scale(gaussian.width())
        });
        let (mut edges, mut d_alpha) = (group.edges, work.d_alpha.as_flattened());
        let mut densities = work.densities.as_flattened_mut();
        for in_degree in group.in_degrees() {
            let (of_node, others) = edges.split_at(in_degree);
            let (d_of_node, other_d) = d_alpha.split_at(in_degree * heads);
            let (of_densities, other_densities) = densities.split_at_mut(in_degree);
            let mut along_gaussian = 0.0;
            work.along_self.fill(0.0);
            for (edge, d) in of_node.iter().zip(d_of_node.chunks_exact(heads)) {
                let edge = *edge as usize;
                if self.o.own.is_some() {
                    let alphas = &self.saved.alpha_self[edge * heads..][..heads];
                    for ((along, alpha), d) in work.along_self.iter_mut().zip(alphas).zip(d) {
                        *along += alpha * d;
                    }
                }
                if self.o.gaussian.is_some() {
                    along_gaussian += self.saved.alpha_gaussian[edge] * d.iter().sum::<f32>();
                }
            }
            shared.lambda += work.along_self.iter().sum::<f32>() - along_gaussian;
            if let Some(own) = &self.o.own {
                self.own(own, of_node, d_of_node, &work.along_self, out);
            }
            if self.o.gaussian.is_some() {
                let weights = of_node.iter().zip(d_of_node.chunks_exact(heads));
                for ((edge, d), density) in weights.zip(of_densities) {
                    let along = d.iter().sum::<f32>() - along_gaussian;
                    *density = scale * self.saved.alpha_gaussian[*edge as usize] * along;
                }
            }
            (edges, d_alpha, densities) = (others, other_d, other_densities);
        }
    }

    /// Gradients of the logits of the edges into one node, given those of their weights.
    #[inline(always)]
    fn own(
        &self,
        own: &SelfOperands<&[f32]>,
        edges: &[u32],
        d_alpha: &[f32],
        along: &[f32],
        out: &mut BackwardSlices<'_>,
    ) {
        let (o, heads, share) = (self.o, self.o.heads, self.o.shares().own);
        let negative_slope = o.settings.negative_slope as f32;
        for (edge, d_alpha) in edges.iter().zip(d_alpha.chunks_exact(heads)) {
            let edge = *edge as usize;
            let (target, source) = (o.topology.target()[edge] as usize, self.source(edge));
            let at_node = (target - self.block.nodes.start) * heads;
            for head in 0..heads {
                let slope = if own.logit(o, edge, head) > 0.0 { 1.0 } else { negative_slope };
                let alpha = self.saved.alpha_self[edge * heads + head];
                let d = slope * share * alpha * (d_alpha[head] - along[head]);
                out.self_target[at_node + head] += d;
                out.self_source[source * heads + head] += d;
                out.self_edge[(edge - self.block.edges.start) * heads + head] = d;
            }
        }
    }

    /// Gradients of everything that the densities were made of.
    #[inline(always)]
    fn gaussian<V: Lanes>(
        &self,
        gaussian: &CentredGaussian<'_>,
        group: &Group<'_>,
        work: &mut Workspace,
        out: &mut BackwardSlices<'_>,
        shared: &mut SharedGradients,
        width: impl Width,
    ) {
        let lanes = width.lanes();
        let Workspace { edges: room, densities, factors: [own, spread], .. } = work;
        gaussian.density_gradients::<V>(group, densities, room, [&mut *own, &mut *spread], width);
        let factors = own.as_flattened().iter().zip(spread.as_flattened());
        for ((place, edge), (own, spread)) in group.edges.iter().enumerate().zip(factors) {
            let edge = *edge as usize;
            let (source, factors) = (self.source(edge) * lanes, [*own, *spread]);
            let target = (group.target[edge] as usize - self.block.nodes.start) * lanes;
            let to = RowGradients {
                target: &mut out.gaussian_target[target..][..lanes],
                source: &mut out.gaussian_source[source..][..lanes],
                edge_weight: &mut shared.edge_weight,
            };
            gaussian.scatter::<V>((place, edge), factors, room, to, width);
            let features = (edge - self.block.edges.start) * gaussian.edge_width;
            if let Some(features) = out.edge_features.get_mut(features..features + gaussian.edge_width) {
                gaussian.features_gradient::<V>(place, factors, room, features, width);
            }
        }
    }
}

impl Workspace {
    /// Makes room for `edges` edges and `heads` heads.
    #[inline(always)]
    fn fit(&mut self, edges: usize, heads: usize) {
        let (of_edges, of_heads) = (edges.div_ceil(LANES), (edges * heads).div_ceil(LANES));
        let zero = [0.0; LANES];
        self.densities.resize(of_edges, zero);
        self.factors.iter_mut().for_each(|factors| factors.resize(of_edges, zero));
        self.parts.resize(of_heads * LANES, zero);
        self.d_alpha.resize(of_heads, zero);
    }
}
