//! One attention layer of one graph, forward and backward.

use std::borrow::Cow;
use std::ops::Range;

use super::layer_plan::LayerPlan;
use super::layer_weights::{LayerGradient, LayerWeights, OwnWeights};
use super::linear::{Features, add_rows};
use super::node_rows::{activate, deactivate, head_sums, head_sums_backward};
use super::product::{Start, lanes_of};
use crate::Topology;
use crate::attention::flex::backward::{Alphas, BackwardSlices};
use crate::attention::flex::dispatch;
use crate::attention::flex::forward::ForwardSlices;
use crate::attention::flex::gaussian::CentredGaussian;
use crate::attention::flex::lanes::{Eight, LANES};
use crate::attention::flex::operands::{Block, Operands};
use crate::attention::flex::rows::Rows;
use crate::attention::{Activation, SelfOperands};

/// What a layer computed for a graph, for its backward pass.
#[derive(Debug, Clone, Default)]
pub(super) struct LayerRun {
    pub(super) values: Vec<Eight>,
    /// Logits of targets, sources and edges.
    pub(super) own: [Vec<f32>; 3],
    /// Rows of targets and sources.
    pub(super) gaussian: [Rows; 2],
    alpha_self: Vec<f32>,
    alpha_gaussian: Vec<f32>,
    alpha: Vec<f32>,
    /// The sums that were activated, like `out`, where the slope follows from them.
    sums: Vec<Eight>,
    /// The activated output, `[N, C]`, rows in whole lanes.
    pub(super) out: Vec<Eight>,
}

/// Room for the gradients of a graph.
#[derive(Debug, Clone, Default)]
pub(super) struct LayerScratch {
    values: Vec<Eight>,
    own: [Vec<f32>; 3],
    gaussian: [Vec<Eight>; 2],
}

/// What a layer sees of a graph.
#[derive(Clone, Copy)]
pub(super) struct LayerInput<'a> {
    pub(super) nodes: Features<'a>,
    pub(super) topology: &'a Topology,
    /// `[E, De]`.
    pub(super) edges: &'a [f32],
}

/// A layer at work on a graph.
#[derive(Clone, Copy)]
pub(super) struct Layer<'a> {
    pub(super) plan: &'a LayerPlan,
    pub(super) weights: &'a LayerWeights,
}

impl Layer<'_> {
    /// Row length of the values and the output.
    fn stride(&self) -> usize {
        lanes_of(self.plan.channels) * LANES
    }

    pub(super) fn forward(self, x: LayerInput<'_>, run: &mut LayerRun) {
        let (plan, nodes, edges) = (self.plan, x.topology.nodes(), x.topology.edges());
        self.transform(x.nodes, nodes, run);
        if let Some(own) = &self.weights.own {
            self.edge_logits(own, x.edges, &mut run.own[2]);
        }
        run.alpha_self.resize(if plan.own.is_some() { edges * plan.heads } else { 0 }, 0.0);
        run.alpha_gaussian.resize(if plan.gaussian.is_some() { edges } else { 0 }, 0.0);
        run.alpha.resize(edges * plan.heads, 0.0);
        run.out.resize(nodes * lanes_of(plan.channels), [0.0; LANES]);
        self.attend(x, 0..nodes, run);
    }

    /// What the attention needs of `rows` nodes.
    pub(super) fn transform(self, nodes: Features<'_>, rows: usize, run: &mut LayerRun) {
        let (plan, weights) = (self.plan, self.weights);
        run.values.resize(rows * lanes_of(plan.channels), [0.0; LANES]);
        weights.values.apply(nodes, &mut run.values);
        if let Some(own) = &weights.own {
            let [target, source, _] = &mut run.own;
            for (logits, attention) in [(target, &own.target), (source, &own.source)] {
                logits.resize(rows * plan.heads, 0.0);
                head_sums(logits, run.values.as_flattened(), self.stride(), attention, plan.heads);
            }
        }
        if let Some(gaussian) = &weights.gaussian {
            for (own, map) in run.gaussian.iter_mut().zip([&gaussian.target, &gaussian.source]) {
                own.reshape(rows, plan.input);
                map.apply(nodes, &mut own.lanes);
            }
        }
    }

    /// The output of some nodes in a row.
    pub(super) fn attend(self, x: LayerInput<'_>, nodes: Range<usize>, run: &mut LayerRun) {
        let lanes = lanes_of(self.plan.channels);
        let mut out = std::mem::take(&mut run.out);
        let (mut alpha_self, mut alpha_gaussian, mut alpha) = (
            std::mem::take(&mut run.alpha_self),
            std::mem::take(&mut run.alpha_gaussian),
            std::mem::take(&mut run.alpha),
        );
        let rows = &mut out[nodes.start * lanes..nodes.end * lanes];
        rows.fill([0.0; LANES]);
        let mut slices = ForwardSlices {
            values: rows.as_flattened_mut(),
            alpha_self: &mut alpha_self,
            alpha_gaussian: &mut alpha_gaussian,
            alpha: &mut alpha,
        };
        let first = nodes.start * lanes;
        let block = Block { nodes, edges: 0..x.topology.edges() };
        self.with_operands(x, run, |operands| dispatch::forward(operands, &block, &mut slices));
        self.activate(rows, first, &mut run.sums);
        (run.out, run.alpha_self, run.alpha_gaussian, run.alpha) = (out, alpha_self, alpha_gaussian, alpha);
    }

    /// `σ(x + b)` of rows that begin at `first` of the output.
    fn activate(self, rows: &mut [Eight], first: usize, sums: &mut Vec<Eight>) {
        let (bias, activation) = (&self.weights.bias, self.plan.activation);
        if activation.has_slope_of_sum() {
            sums.resize(sums.len().max(first + rows.len()), [0.0; LANES]);
            let known = &mut sums[first..first + rows.len()];
            known.copy_from_slice(rows);
            activate(known, bias, Activation::Identity);
        }
        activate(rows, bias, activation);
    }

    /// The operands of the attention, as the forward pass left them.
    fn with_operands(self, x: LayerInput<'_>, run: &LayerRun, work: impl FnOnce(&Operands<'_>)) {
        let [target, source, edge] = &run.own;
        let operands = Operands {
            topology: x.topology,
            settings: &self.plan.settings,
            values: run.values.as_flattened(),
            stride: self.stride(),
            channels: self.plan.channels,
            heads: self.plan.heads,
            own: self.weights.own.as_ref().map(|_| SelfOperands {
                target: target.as_slice(),
                source: source.as_slice(),
                edge: edge.as_slice(),
            }),
            gaussian: self.weights.gaussian.as_ref().map(|gaussian| CentredGaussian {
                target: Cow::Borrowed(&run.gaussian[0]),
                source: Cow::Borrowed(&run.gaussian[1]),
                edge_weight: Cow::Borrowed(&gaussian.edge),
                edge_features: x.edges,
                edge_width: self.plan.edge_width,
                variance_floor: self.plan.settings.variance_floor as f32,
            }),
            lambda: self.weights.lambda,
        };
        work(&operands);
    }

    fn edge_logits(self, own: &OwnWeights, edges: &[f32], logits: &mut Vec<f32>) {
        let heads = self.plan.heads;
        logits.clear();
        for features in edges.chunks_exact(self.plan.edge_width) {
            for head in 0..heads {
                let terms = features.iter().zip(own.edge.iter().skip(head).step_by(heads));
                logits.push(terms.map(|(feature, weight)| feature * weight).sum());
            }
        }
    }

    /// Adds to the gradient of the weights what `d_out`, the gradient of the output, means for them, and leaves the gradient of the
    /// node features in `d_nodes`, if anybody asks. `d_out` is used up.
    pub(super) fn backward(
        self,
        x: LayerInput<'_>,
        run: &LayerRun,
        d_out: &mut [Eight],
        gradient: &mut LayerGradient,
        scratch: &mut LayerScratch,
        d_nodes: Option<&mut Vec<Eight>>,
    ) {
        let (nodes, edges) = (x.topology.nodes(), x.topology.edges());
        let known = if self.plan.activation.has_slope_of_sum() { &run.sums } else { &run.out };
        deactivate(d_out, known, self.plan.activation);
        add_rows(&mut gradient.bias, d_out);
        self.attention_backward(x, run, d_out, gradient, scratch);
        if let (Some(own), Some(sums)) = (&self.weights.own, &mut gradient.own) {
            self.own_backward(own, sums, x, run, scratch);
        }
        debug_assert_eq!(run.alpha.len(), edges * self.plan.heads);
        gradient.values.add(x.nodes, &scratch.values);
        let parts = gradient.gaussian.iter_mut().flatten().zip(&scratch.gaussian);
        parts.for_each(|(sum, rows)| sum.add(x.nodes, rows));
        let Some(d_nodes) = d_nodes else { return };
        d_nodes.resize(nodes * lanes_of(self.plan.input), [0.0; LANES]);
        self.weights.values.input_gradient(&scratch.values, Start::Nothing, d_nodes);
        if let Some(gaussian) = &self.weights.gaussian {
            for (map, rows) in [&gaussian.target, &gaussian.source].into_iter().zip(&scratch.gaussian) {
                map.input_gradient(rows, Start::Sum, d_nodes);
            }
        }
    }

    fn attention_backward(
        self,
        x: LayerInput<'_>,
        run: &LayerRun,
        d_sums: &[Eight],
        gradient: &mut LayerGradient,
        scratch: &mut LayerScratch,
    ) {
        let (nodes, edges) = (x.topology.nodes(), x.topology.edges());
        let own_heads = if self.plan.own.is_some() { self.plan.heads } else { 0 };
        let lanes = if self.plan.gaussian.is_some() { lanes_of(self.plan.input) } else { 0 };
        refill(&mut scratch.values, nodes * lanes_of(self.plan.channels), [0.0; LANES]);
        let lengths = [nodes, nodes, edges];
        scratch.own.iter_mut().zip(lengths).for_each(|(list, length)| refill(list, length * own_heads, 0.0));
        scratch.gaussian.iter_mut().for_each(|rows| refill(rows, nodes * lanes, [0.0; LANES]));
        let [self_target, self_source, self_edge] = &mut scratch.own;
        let [gaussian_target, gaussian_source] = &mut scratch.gaussian;
        let mut slices = BackwardSlices {
            values: scratch.values.as_flattened_mut(),
            self_target,
            self_source,
            self_edge,
            gaussian_target,
            gaussian_source,
            edge_features: &mut [],
        };
        let saved =
            Alphas { alpha_self: &run.alpha_self, alpha_gaussian: &run.alpha_gaussian, alpha: &run.alpha };
        let block = Block { nodes: 0..nodes, edges: 0..edges };
        self.with_operands(x, run, |operands| {
            let d_sums = d_sums.as_flattened();
            dispatch::backward(operands, &saved, d_sums, &block, &mut slices, &mut gradient.shared);
        });
    }

    /// From the logits to the values and the attention vectors.
    fn own_backward(
        self,
        own: &OwnWeights,
        sums: &mut OwnWeights,
        x: LayerInput<'_>,
        run: &LayerRun,
        scratch: &mut LayerScratch,
    ) {
        let (heads, stride) = (self.plan.heads, self.stride());
        let [target, source, edge] = &scratch.own;
        let parts = [(target, &own.target, &mut sums.target), (source, &own.source, &mut sums.source)];
        for (d_logits, attention, sum) in parts {
            let d_values = scratch.values.as_flattened_mut();
            head_sums_backward(d_logits, run.values.as_flattened(), stride, attention, heads, d_values, sum);
        }
        for (features, d) in x.edges.chunks_exact(self.plan.edge_width).zip(edge.chunks_exact(heads)) {
            for (sums, feature) in sums.edge.chunks_exact_mut(heads).zip(features) {
                sums.iter_mut().zip(d).for_each(|(sum, d)| *sum += feature * d);
            }
        }
    }
}

fn refill<T: Copy>(list: &mut Vec<T>, length: usize, value: T) {
    list.clear();
    list.resize(length, value);
}
