//! SAGPool of one graph, forward and backward.

use std::ops::Range;

use super::graph::HostGraph;
use super::product::lanes_of;
use crate::attention::flex::dispatch::dispatched;
use crate::attention::flex::lanes::{Eight, LANES, Lanes};
use crate::attention::flex::vectors::{add_scaled, dot};
use crate::pooling::highest;

/// The pooling's sizes, and where its weights are among the parameters.
#[derive(Debug, Clone)]
pub(super) struct PoolPlan {
    pub(super) ratio: f64,
    pub(super) channels: usize,
    pub(super) weight: Range<usize>,
    pub(super) bias: Range<usize>,
}

/// Its weights, or the sum of their gradients.
#[derive(Debug, Clone)]
pub(super) struct PoolWeights {
    /// `[C]`, in whole lanes.
    pub(super) weight: Vec<Eight>,
    pub(super) bias: f32,
}

/// What the pooling computed for a graph.
#[derive(Debug, Clone, Default)]
pub(super) struct PoolRun {
    /// Score of every node before its neighbours are averaged.
    transformed: Vec<f32>,
    /// `s = tanh(…)` of every node.
    scores: Vec<f32>,
    /// The kept nodes, ascending.
    pub(super) kept: Vec<u32>,
    /// Their features times their scores, `[K, C]`, rows in whole lanes.
    pub(super) out: Vec<Eight>,
}

impl PoolPlan {
    pub(super) fn weights(&self, parameters: &[f32]) -> PoolWeights {
        let mut weight = vec![[0.0; LANES]; lanes_of(self.channels)];
        weight.as_flattened_mut()[..self.channels].copy_from_slice(&parameters[self.weight.clone()]);
        PoolWeights { weight, bias: parameters[self.bias.start] }
    }

    pub(super) fn zero_gradient(&self) -> PoolWeights {
        PoolWeights { weight: vec![[0.0; LANES]; lanes_of(self.channels)], bias: 0.0 }
    }

    /// Adds `gradient` to that of the parameters.
    pub(super) fn add_gradient(&self, gradient: &PoolWeights, sum: &mut [f32]) {
        let weight = gradient.weight.as_flattened();
        sum[self.weight.clone()].iter_mut().zip(weight).for_each(|(sum, value)| *sum += value);
        sum[self.bias.start] += gradient.bias;
    }

    /// How many nodes of a graph are kept.
    pub(super) fn kept(&self, nodes: usize) -> usize {
        if self.ratio >= 1.0 { nodes } else { crate::pooling::kept_of(nodes, self.ratio) }
    }

    pub(super) fn forward(
        &self,
        weights: &PoolWeights,
        x: &[Eight],
        graph: &HostGraph<'_>,
        run: &mut PoolRun,
    ) {
        let (topology, lanes) = (graph.topology(), weights.weight.len());
        run.transformed.resize(topology.nodes(), 0.0);
        row_dots(&mut run.transformed, x, &weights.weight);
        run.scores.clear();
        for (node, own) in graph.own_shares.iter().enumerate() {
            let mut sum = own * run.transformed[node];
            for edge in topology.incoming(node) {
                let edge = *edge as usize;
                sum += graph.edge_shares[edge] * run.transformed[topology.source()[edge] as usize];
            }
            run.scores.push((sum + weights.bias).tanh());
        }
        if self.ratio >= 1.0 {
            run.kept.clear();
            run.kept.extend(0..topology.nodes() as u32);
        } else {
            run.kept = highest(&run.scores, self.ratio, topology);
        }
        run.out.resize(run.kept.len() * lanes, [0.0; LANES]);
        for (out, node) in run.out.chunks_exact_mut(lanes).zip(&run.kept) {
            let (score, row) = (run.scores[*node as usize], &x[*node as usize * lanes..][..lanes]);
            let values = out.as_flattened_mut().iter_mut().zip(row.as_flattened());
            values.for_each(|(out, value)| *out = value * score);
        }
    }

    /// Leaves the gradient of `x` in `d_x`, given that of the output.
    pub(super) fn backward(
        &self,
        weights: &PoolWeights,
        (x, graph, run): (&[Eight], &HostGraph<'_>, &PoolRun),
        d_out: &[Eight],
        gradient: &mut PoolWeights,
        d_x: &mut Vec<Eight>,
    ) {
        let (topology, lanes) = (graph.topology(), weights.weight.len());
        d_x.clear();
        d_x.resize(x.len(), [0.0; LANES]);
        let mut d_scores = vec![0.0; topology.nodes()];
        scaled_backward(d_out, x, (&run.kept, &run.scores), &mut d_scores, d_x);
        let mut d_transformed = vec![0.0; topology.nodes()];
        for (node, d_score) in d_scores.iter().enumerate() {
            let d = d_score * (1.0 - run.scores[node] * run.scores[node]);
            gradient.bias += d;
            d_transformed[node] += graph.own_shares[node] * d;
            for edge in topology.incoming(node) {
                let edge = *edge as usize;
                d_transformed[topology.source()[edge] as usize] += graph.edge_shares[edge] * d;
            }
        }
        debug_assert_eq!(d_x.len(), topology.nodes() * lanes);
        dots_backward(&d_transformed, x, &weights.weight, d_x, &mut gradient.weight);
    }
}

dispatched! {
    /// `dots[n] = x[n] · weight`.
    fn row_dots(dots: &mut [f32], x: &[Eight], weight: &[Eight]) => every_dot
}

#[inline(always)]
fn every_dot<V: Lanes>(dots: &mut [f32], x: &[Eight], weight: &[Eight]) {
    for (result, row) in dots.iter_mut().zip(x.chunks_exact(weight.len())) {
        *result = dot::<V>(row, weight);
    }
}

dispatched! {
    /// Gradients of [`row_dots`], added to those of `x` and of the weight.
    fn dots_backward(d: &[f32], x: &[Eight], weight: &[Eight], d_x: &mut [Eight], d_weight: &mut [Eight])
        => every_dot_backward
}

#[inline(always)]
fn every_dot_backward<V: Lanes>(
    d: &[f32],
    x: &[Eight],
    weight: &[Eight],
    d_x: &mut [Eight],
    d_weight: &mut [Eight],
) {
    let lanes = weight.len();
    for (d, (x, d_x)) in d.iter().zip(x.chunks_exact(lanes).zip(d_x.chunks_exact_mut(lanes))) {
        add_scaled::<V>(d_x, *d, weight);
        add_scaled::<V>(d_weight, *d, x);
    }
}

dispatched! {
    /// Gradients of the kept rows, which were scaled by their scores.
    fn scaled_backward(
        d_out: &[Eight],
        x: &[Eight],
        kept_and_scores: (&[u32], &[f32]),
        d_scores: &mut [f32],
        d_x: &mut [Eight],
    ) => every_scaled_backward
}

#[inline(always)]
fn every_scaled_backward<V: Lanes>(
    d_out: &[Eight],
    x: &[Eight],
    (kept, scores): (&[u32], &[f32]),
    d_scores: &mut [f32],
    d_x: &mut [Eight],
) {
    let lanes = d_out.len() / kept.len().max(1);
    for (d_out, node) in d_out.chunks_exact(lanes.max(1)).zip(kept) {
        let node = *node as usize;
        d_scores[node] = dot::<V>(d_out, &x[node * lanes..][..lanes]);
        add_scaled::<V>(&mut d_x[node * lanes..][..lanes], scores[node], d_out);
    }
}
