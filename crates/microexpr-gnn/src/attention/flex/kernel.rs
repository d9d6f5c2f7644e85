//! Forward and backward pass of the fused attention for the nodes of one graph.

use std::ops::Range;

use super::lanes::{add_scaled, bell, dot, exp, sum};
use crate::Topology;
use crate::attention::{AttentionSettings, DensityReduction};

/// All operands, as flat row-major slices over the whole batch.
#[derive(Clone, Copy)]
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

#[derive(Clone, Copy)]
pub(super) struct GaussianOperands<'a> {
    pub(super) target: &'a [f32],
    pub(super) source: &'a [f32],
    /// `[De, D]`: transposed, so that one edge feature scales one row.
    pub(super) edge_weight: &'a [f32],
    pub(super) edge_features: &'a [f32],
    pub(super) width: usize,
    pub(super) edge_width: usize,
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
    pub(super) gaussian_target: &'a mut [f32],
    pub(super) gaussian_source: &'a mut [f32],
    pub(super) edge_features: &'a mut [f32],
}

/// What the blocks' backward passes sum up.
#[derive(Clone)]
pub(super) struct SharedGradients {
    /// `[De, D]`.
    pub(super) edge_weight: Vec<f32>,
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
pub(super) fn forward(o: &Operands<'_>, block: &Block, out: &mut ForwardSlices<'_>) {
    let (first_edge, heads) = (block.edges.start, o.heads);
    let width = o.gaussian.map_or(0, |g| g.width);
    let (mut z, mut p) = (vec![0.0; width], vec![0.0; width]);
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
                softmax(out.alpha_self, incoming, |edge| (edge - first_edge) * heads + head);
            }
        }
        if let Some(gaussian) = &o.gaussian {
            for edge in incoming {
                let edge = *edge as usize;
                let variance = gaussian.deviations(o, node, edge, &mut z);
                out.alpha_gaussian[edge - first_edge] =
                    density(&z, &mut p, variance) * reduction(o.settings, width);
            }
            softmax(out.alpha_gaussian, incoming, |edge| edge - first_edge);
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
                add_scaled(sum, alpha, values);
            }
        }
    }
}

/// `gradient` is that of the output, `[N, C]` over the whole batch.
#[inline(always)]
pub(super) fn backward(
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
    let width = o.gaussian.map_or(0, |g| g.width);
    let (mut z, mut p) = (vec![0.0; width], vec![0.0; width]);
    let mut d_alpha = vec![0.0; o.topology.max_in_degree() * heads];
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
                d[head] = dot(gradient, values);
                add_scaled(sum, saved.alpha[at], gradient);
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
            let scale = lambda_gaussian * reduction(o.settings, width);
            for (d, edge) in d_alpha.chunks_exact(heads).zip(incoming) {
                let edge = *edge as usize;
                let variance = gaussian.deviations(o, node, edge, &mut z);
                let d = scale * saved.alpha_gaussian[edge] * (d.iter().sum::<f32>() - along_gaussian);
                density_gradient(&mut z, &mut p, variance, d);
                gaussian.scatter([node, o.topology.source()[edge] as usize], edge, &z, block, out, shared);
            }
        }
    }
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

impl GaussianOperands<'_> {
    /// Leaves `z − μ` in `z` and returns the floored variance (eqs. 3 and 4).
    #[inline(always)]
    fn deviations(&self, o: &Operands<'_>, node: usize, edge: usize, z: &mut [f32]) -> f32 {
        let width = self.width;
        let neighbour = o.topology.source()[edge] as usize;
        let target = &self.target[node * width..(node + 1) * width];
        let source = &self.source[neighbour * width..(neighbour + 1) * width];
        for (z, (p, q)) in z.iter_mut().zip(target.iter().zip(source)) {
            *z = p + q;
        }
        let features = &self.edge_features[edge * self.edge_width..(edge + 1) * self.edge_width];
        for (feature, weights) in features.iter().zip(self.edge_weight.chunks_exact(width)) {
            add_scaled(z, *feature, weights);
        }
        let mean = sum(z) / width as f32;
        for v in z.iter_mut() {
            *v -= mean;
        }
        dot(z, z) / width as f32 + o.settings.variance_floor as f32
    }

    /// Adds the gradient of `z` of one edge to everything `z` was made of.
    #[inline(always)]
    fn scatter(
        &self,
        [node, neighbour]: [usize; 2],
        edge: usize,
        dz: &[f32],
        block: &Block,
        out: &mut BackwardSlices<'_>,
        shared: &mut SharedGradients,
    ) {
        let width = self.width;
        let target = (node - block.nodes.start) * width;
        let source = (neighbour - block.nodes.start) * width;
        add_scaled(&mut out.gaussian_target[target..target + width], 1.0, dz);
        add_scaled(&mut out.gaussian_source[source..source + width], 1.0, dz);
        let features = &self.edge_features[edge * self.edge_width..(edge + 1) * self.edge_width];
        let first = (edge - block.edges.start) * self.edge_width;
        for (k, feature) in features.iter().enumerate() {
            let row = k * width..(k + 1) * width;
            out.edge_features[first + k] = dot(dz, &self.edge_weight[row.clone()]);
            add_scaled(&mut shared.edge_weight[row], *feature, dz);
        }
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

/// Eq. 5 summed over the features: `Σ_k exp(−d_k²/2v) / √(2πv)`; leaves the exponentials in `p`.
#[inline(always)]
fn density(d: &[f32], p: &mut [f32], variance: f32) -> f32 {
    bell(p, d, -0.5 / variance);
    sum(p) / (std::f32::consts::TAU * variance).sqrt()
}

/// Replaces the deviations by the gradient of `z`, given that of the summed density.
///
/// With `p_k = exp(−d_k²/2v)/√(2πv)`: `∂/∂d_k = −p_k d_k/v`, `∂/∂v = Σ p_k (d_k²/2v² − 1/2v)`, and
/// `v = Σ d_k²/D + floor`, `d_k = z_k − mean(z)`.
#[inline(always)]
fn density_gradient(d: &mut [f32], p: &mut [f32], variance: f32, gradient: f32) {
    let norm = gradient / (std::f32::consts::TAU * variance).sqrt();
    bell(p, d, -0.5 / variance);
    let total = sum(p);
    let scale = -norm / variance;
    // p_k d_k, from which both sums and the gradient follow.
    for (p, d) in p.iter_mut().zip(&*d) {
        *p *= d;
    }
    let count = d.len() as f32;
    let by_variance = norm * 0.5 / variance * (dot(p, d) / variance - total);
    let spread = 2.0 * by_variance / count;
    // The deviations sum to zero, so the mean of the gradient is that of its first part.
    let mean = scale * sum(p) / count;
    for (d, p) in d.iter_mut().zip(&*p) {
        *d = scale * p + spread * *d - mean;
    }
}

/// Softmax of the entries of one node; `place` says where an edge's entry is.
#[inline(always)]
fn softmax(scores: &mut [f32], incoming: &[u32], place: impl Fn(usize) -> usize) {
    let largest = incoming.iter().fold(f32::NEG_INFINITY, |m, e| m.max(scores[place(*e as usize)]));
    let mut sum = 0.0;
    for edge in incoming {
        let score = &mut scores[place(*edge as usize)];
        *score = exp(*score - largest);
        sum += *score;
    }
    for edge in incoming {
        scores[place(*edge as usize)] /= sum;
    }
}
