//! Forward and backward pass of the fused attention for the nodes of one graph.

use std::ops::Range;

use super::gaussian::{EdgeGradients, GaussianOperands};
use super::lanes::{Eight, LANES, Lanes, add_scaled_any, dot_any};
use crate::Topology;
use crate::attention::{AttentionSettings, DensityReduction};

/// All operands, as flat row-major slices over the whole batch.
pub(super) struct Operands<'a> {
    pub(super) topology: &'a Topology,
    pub(super) settings: &'a AttentionSettings,
    /// `[N, C]` and its row length.
    pub(super) values: &'a [f32],
    pub(super) channels: usize,
    /// Heads of self-attention; each owns `channels / heads` of the values.
    pub(super) heads: usize,
    pub(super) own: Option<SelfOperands<'a>>,
    pub(super) gaussian: Option<GaussianOperands<'a>>,
    pub(super) lambda: f32,
}

#[derive(Clone, Copy)]
pub(super) struct SelfOperands<'a> {
    pub(super) target: &'a [f32],
    pub(super) source: &'a [f32],
    pub(super) edge: &'a [f32],
}

/// The nodes and edges of one graph within the batch.
#[derive(Clone)]
pub(super) struct Block {
    pub(super) nodes: Range<usize>,
    pub(super) edges: Range<usize>,
}

/// Where the forward pass of one block writes; all slices start at the block's first node or edge.
pub(super) struct ForwardSlices<'a> {
    pub(super) values: &'a mut [f32],
    pub(super) alpha_self: &'a mut [f32],
    pub(super) alpha_gaussian: &'a mut [f32],
    pub(super) alpha: &'a mut [f32],
}

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

#[inline(always)]
pub(super) fn forward<V: Lanes>(o: &Operands<'_>, block: &Block, out: &mut ForwardSlices<'_>) {
    let (first_edge, heads) = (block.edges.start, o.heads);
    let mut deviations = Deviations::new(o, block);
    for node in block.nodes.clone() {
        let incoming = o.topology.incoming(node);
        if let Some(own) = &o.own {
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
        if let Some(gaussian) = &o.gaussian {
            deviations.fill::<V>(gaussian, o.topology, node);
            let scale = reduction(o.settings, gaussian.width());
            for (edge, (d, variance)) in incoming.iter().zip(deviations.edges()) {
                out.alpha_gaussian[*edge as usize - first_edge] = scale * gaussian.density::<V>(d, variance);
            }
            softmax::<V>(out.alpha_gaussian, incoming, |edge| edge - first_edge);
        }
        let row = (node - block.nodes.start) * o.channels;
        let sum = &mut out.values[row..row + o.channels];
        for edge in incoming {
            let edge = *edge as usize;
            let local = edge - first_edge;
            let parts = sum.chunks_exact_mut(o.head_width()).zip(o.neighbour_values(edge));
            for (head, (sum, values)) in parts.enumerate() {
                let at = local * heads + head;
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
    let (first_node, first_edge) = (block.nodes.start, block.edges.start);
    let (lambda_self, lambda_gaussian) = match (&o.own, &o.gaussian) {
        (Some(_), Some(_)) => (o.lambda, 1.0 - o.lambda),
        (Some(_), None) => (1.0, 0.0),
        _ => (0.0, 1.0),
    };
    let (heads, head_width) = (o.heads, o.head_width());
    let mut deviations = Deviations::new(o, block);
    let mut products = vec![[0.0; LANES]; deviations.per_row];
    let mut d_alpha = vec![0.0; max_in_degree(o.topology, block) * heads];
    let mut along_self = vec![0.0; heads];
    for node in block.nodes.clone() {
        let incoming = o.topology.incoming(node);
        let gradient = &gradient[node * o.channels..(node + 1) * o.channels];
        along_self.fill(0.0);
        let mut along_gaussian = 0.0;
        for (d, edge) in d_alpha.chunks_exact_mut(heads).zip(incoming) {
            let edge = *edge as usize;
            let row = (o.topology.source()[edge] as usize - first_node) * o.channels;
            let sums = out.values[row..row + o.channels].chunks_exact_mut(head_width);
            let heads_of = gradient.chunks_exact(head_width).zip(o.neighbour_values(edge)).zip(sums);
            for (head, ((gradient, values), sum)) in heads_of.enumerate() {
                let at = edge * heads + head;
                d[head] = dot_any::<V>(gradient, values);
                add_scaled_any::<V>(sum, saved.alpha[at], gradient);
                along_self[head] += saved.alpha_self.get(at).map_or(0.0, |a| a * d[head]);
            }
            along_gaussian += saved.alpha_gaussian.get(edge).map_or(0.0, |a| a * d.iter().sum::<f32>());
        }
        shared.lambda += along_self.iter().sum::<f32>() - along_gaussian;
        if let Some(own) = &o.own {
            for (d, edge) in d_alpha.chunks_exact(heads).zip(incoming) {
                let edge = *edge as usize;
                let source = o.topology.source()[edge] as usize - first_node;
                for head in 0..heads {
                    let slope = if own.logit(o, node, edge, head) > 0.0 {
                        1.0
                    } else {
                        o.settings.negative_slope as f32
                    };
                    let alpha = saved.alpha_self[edge * heads + head];
                    let d = slope * lambda_self * alpha * (d[head] - along_self[head]);
                    out.self_target[(node - first_node) * heads + head] += d;
                    out.self_source[source * heads + head] += d;
                    out.self_edge[(edge - first_edge) * heads + head] = d;
                }
            }
        }
        if let Some(gaussian) = &o.gaussian {
            let scale = lambda_gaussian * reduction(o.settings, gaussian.width());
            deviations.fill::<V>(gaussian, o.topology, node);
            let edges = d_alpha.chunks_exact(heads).zip(incoming).zip(deviations.edges_mut());
            for ((d_alpha, edge), (d, variance)) in edges {
                let alpha = saved.alpha_gaussian[*edge as usize];
                let gradient = scale * alpha * (d_alpha.iter().sum::<f32>() - along_gaussian);
                gaussian.density_gradient::<V>(d, &mut products, variance, gradient);
            }
            let per_row = gaussian.target.per_row();
            let target = &mut out.gaussian_target[(node - first_node) * per_row..][..per_row];
            for (edge, (gradient, _)) in incoming.iter().zip(deviations.edges()) {
                let edge = *edge as usize;
                let features = (edge - first_edge) * gaussian.edge_width;
                let features = features..features + gaussian.edge_width;
                let source = (o.topology.source()[edge] as usize - first_node) * per_row;
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
}

/// Deviations and variance of the edges of one node, edge after edge: short passes over all of them keep the processor
/// busier than all passes over one.
struct Deviations {
    per_row: usize,
    rows: Vec<Eight>,
    variances: Vec<f32>,
}

impl Deviations {
    fn new(o: &Operands<'_>, block: &Block) -> Self {
        let per_row = o.gaussian.as_ref().map_or(1, |g| g.target.per_row());
        let edges = max_in_degree(o.topology, block);
        Self { per_row, rows: vec![[0.0; LANES]; edges * per_row], variances: vec![0.0; edges] }
    }

    #[inline(always)]
    fn fill<V: Lanes>(&mut self, gaussian: &GaussianOperands<'_>, topology: &Topology, node: usize) {
        let rows = self.rows.chunks_exact_mut(self.per_row).zip(&mut self.variances);
        for (edge, (d, variance)) in topology.incoming(node).iter().zip(rows) {
            *variance = gaussian.deviations::<V>(topology, node, *edge as usize, d);
        }
    }

    #[inline(always)]
    fn edges(&self) -> impl Iterator<Item = (&[Eight], f32)> {
        self.rows.chunks_exact(self.per_row).zip(self.variances.iter().copied())
    }

    #[inline(always)]
    fn edges_mut(&mut self) -> impl Iterator<Item = (&mut [Eight], f32)> {
        self.rows.chunks_exact_mut(self.per_row).zip(self.variances.iter().copied())
    }
}

fn max_in_degree(topology: &Topology, block: &Block) -> usize {
    block.nodes.clone().map(|node| topology.incoming(node).len()).max().unwrap_or(0)
}

impl Operands<'_> {
    #[inline(always)]
    fn head_width(&self) -> usize {
        self.channels / self.heads
    }

    /// The values of the edge's source, head by head.
    #[inline(always)]
    fn neighbour_values(&self, edge: usize) -> std::slice::ChunksExact<'_, f32> {
        let row = self.topology.source()[edge] as usize * self.channels;
        self.values[row..row + self.channels].chunks_exact(self.head_width())
    }
}

impl SelfOperands<'_> {
    #[inline(always)]
    fn logit(&self, o: &Operands<'_>, node: usize, edge: usize, head: usize) -> f32 {
        let source = o.topology.source()[edge] as usize;
        self.target[node * o.heads + head]
            + self.source[source * o.heads + head]
            + self.edge[edge * o.heads + head]
    }
}

#[inline(always)]
fn leaky(x: f32, slope: f32) -> f32 {
    if x > 0.0 { x } else { slope * x }
}

#[inline(always)]
fn reduction(settings: &AttentionSettings, width: usize) -> f32 {
    match settings.reduction {
        DensityReduction::Sum => 1.0,
        DensityReduction::Mean => 1.0 / width as f32,
    }
}

/// Softmax of the entries of one node; `place` says where an edge's entry is.
#[inline(always)]
fn softmax<V: Lanes>(scores: &mut [f32], incoming: &[u32], place: impl Fn(usize) -> usize) {
    let largest = incoming.iter().fold(f32::NEG_INFINITY, |m, e| m.max(scores[place(*e as usize)]));
    let mut sum = 0.0;
    for edges in incoming.chunks(LANES) {
        let mut powers = [0.0; LANES];
        for (power, edge) in powers.iter_mut().zip(edges) {
            *power = scores[place(*edge as usize)] - largest;
        }
        V::load(&powers).exp().store(&mut powers);
        for (power, edge) in powers.iter().zip(edges) {
            scores[place(*edge as usize)] = *power;
            sum += power;
        }
    }
    for edge in incoming {
        scores[place(*edge as usize)] /= sum;
    }
}
