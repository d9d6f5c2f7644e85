//! One attention layer of one graph, forward and backward.

use std::borrow::Cow;
use std::ops::Range;

use burn::prelude::*;

use super::linear::{Embedding, EmbeddingGradient, Features, LinearGradient, LinearMap, add_rows};
use super::parameters::Parameters;
use super::product::{Start, lanes_of};
use crate::Topology;
use crate::attention::flex::backward::{Alphas, BackwardSlices, SharedGradients};
use crate::attention::flex::dispatch::{self, dispatched};
use crate::attention::flex::forward::ForwardSlices;
use crate::attention::flex::gaussian::CentredGaussian;
use crate::attention::flex::lanes::{Eight, LANES, Lanes};
use crate::attention::flex::operands::{Block, Operands};
use crate::attention::flex::rows::Rows;
use crate::attention::flex::vectors::{add_scaled_any, dot_any};
use crate::attention::{Activation, AdaptiveAttention, AttentionSettings, SelfAttentionKind, SelfOperands};

/// A layer's sizes and constants, and where its weights are among the parameters.
#[derive(Debug, Clone)]
pub(super) struct LayerPlan {
    pub(super) input: usize,
    pub(super) channels: usize,
    heads: usize,
    edge_width: usize,
    settings: AttentionSettings,
    activation: Activation,
    /// λ where it is not learned.
    fixed_lambda: f32,
    weight: Range<usize>,
    bias: Range<usize>,
    own: Option<OwnPlaces>,
    gaussian: Option<GaussianPlaces>,
    lambda_logit: Option<Range<usize>>,
}

#[derive(Debug, Clone)]
struct OwnPlaces {
    edge_weight: Range<usize>,
    attention: Range<usize>,
}

#[derive(Debug, Clone)]
struct GaussianPlaces {
    weight: Range<usize>,
    bias: Range<usize>,
}

/// A layer's weights in the form that the kernels read.
#[derive(Debug, Clone)]
pub(super) struct LayerWeights {
    values: LinearMap,
    bias: Vec<f32>,
    own: Option<OwnWeights>,
    gaussian: Option<GaussianWeights>,
    lambda: f32,
}

/// Self-attention: `target[i] + source[j] + edge · x_ij`.
#[derive(Debug, Clone)]
struct OwnWeights {
    /// `[C]`; every head's part of the values has its own.
    target: Vec<f32>,
    source: Vec<f32>,
    /// `[De, H]`.
    edge: Vec<f32>,
}

/// Gaussian attention: the maps of its linear part, every one without the mean over its outputs.
#[derive(Debug, Clone)]
struct GaussianWeights {
    target: LinearMap,
    source: LinearMap,
    /// `[De, D]`.
    edge: Rows,
}

/// Sum of the gradients of a layer's weights over graphs.
#[derive(Debug, Clone)]
pub(super) struct LayerGradient {
    values: LinearGradient,
    bias: Vec<Eight>,
    own: Option<OwnWeights>,
    gaussian: Option<[LinearGradient; 2]>,
    shared: SharedGradients,
}

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

impl LayerPlan {
    /// The plan of a layer; none for scores that do not split into parts of node, neighbour and edge.
    pub(super) fn of<B: Backend>(layer: &AdaptiveAttention<B>, parameters: &Parameters) -> Option<Self> {
        if layer.self_attention.as_ref().is_some_and(|own| own.kind() != SelfAttentionKind::Gat) {
            return None;
        }
        let [channels, input] = layer.weight.dims();
        let own_edges = layer.self_attention.as_ref().map(|own| own.edge_weight.dims()[1]);
        let gaussian_edges = layer.gaussian.as_ref().map(|g| g.weight.dims()[1] - 2 * input);
        Some(Self {
            input,
            channels,
            heads: layer.self_attention.as_ref().map_or(1, |own| own.heads()),
            edge_width: own_edges.or(gaussian_edges)?,
            settings: *layer.settings(),
            activation: layer.activation(),
            fixed_lambda: layer.fixed_lambda() as f32,
            weight: parameters.place(&layer.weight),
            bias: parameters.place(&layer.bias),
            own: layer.self_attention.as_ref().map(|own| OwnPlaces {
                edge_weight: parameters.place(&own.edge_weight),
                attention: parameters.place(&own.attention),
            }),
            gaussian: layer.gaussian.as_ref().map(|gaussian| GaussianPlaces {
                weight: parameters.place(&gaussian.weight),
                bias: parameters.place(&gaussian.bias),
            }),
            lambda_logit: layer.lambda_logit.as_ref().map(|logit| parameters.place(logit)),
        })
    }

    pub(super) fn heads(&self) -> usize {
        self.heads
    }

    /// The weights as they are among `parameters`.
    pub(super) fn weights(&self, parameters: &[f32]) -> LayerWeights {
        let (weight, input) = (&parameters[self.weight.clone()], self.input);
        LayerWeights {
            values: LinearMap::new([input, self.channels], |c, k| weight[c * input + k], |_| 0.0),
            bias: parameters[self.bias.clone()].to_vec(),
            own: self.own.as_ref().map(|places| self.own_weights(places, parameters)),
            gaussian: self.gaussian.as_ref().map(|places| self.gaussian_weights(places, parameters)),
            lambda: self
                .lambda_logit
                .as_ref()
                .map_or(self.fixed_lambda, |place| 1.0 / (1.0 + (-parameters[place.start]).exp())),
        }
    }

    fn own_weights(&self, places: &OwnPlaces, parameters: &[f32]) -> OwnWeights {
        let (channels, per_head) = (self.channels, self.channels / self.heads);
        let attention = &parameters[places.attention.clone()];
        let edge_weight = &parameters[places.edge_weight.clone()];
        let mut edge = vec![0.0; self.edge_width * self.heads];
        for (c, row) in edge_weight.chunks_exact(self.edge_width).enumerate() {
            for (k, weight) in row.iter().enumerate() {
                edge[k * self.heads + c / per_head] += weight * attention[2 * channels + c];
            }
        }
        OwnWeights {
            target: attention[..channels].to_vec(),
            source: attention[channels..2 * channels].to_vec(),
            edge,
        }
    }

    fn gaussian_weights(&self, places: &GaussianPlaces, parameters: &[f32]) -> GaussianWeights {
        let (width, fan_in) = (self.input, 2 * self.input + self.edge_width);
        let weight = centred_columns(&parameters[places.weight.clone()], width);
        let bias = centred_columns(&parameters[places.bias.clone()], width);
        let edge = (0..self.edge_width).flat_map(|k| (0..width).map(move |o| (o, k)));
        let edge: Vec<f32> = edge.map(|(o, k)| weight[o * fan_in + 2 * width + k]).collect();
        GaussianWeights {
            target: LinearMap::new([width, width], |o, k| weight[o * fan_in + k], |o| bias[o]),
            source: LinearMap::new([width, width], |o, k| weight[o * fan_in + width + k], |_| 0.0),
            edge: Rows::filled_up(&edge, width),
        }
    }

    /// Adds `gradient` to that of the parameters. The maps of `weights` are those without an embedding.
    pub(super) fn add_gradient(&self, gradient: &LayerGradient, weights: &LayerWeights, sum: &mut [f32]) {
        let input = self.input;
        for (place, value) in sum[self.weight.clone()].iter_mut().enumerate() {
            *value += gradient.values.entry(place / input, place % input);
        }
        let bias = gradient.bias.as_flattened();
        sum[self.bias.clone()].iter_mut().zip(bias).for_each(|(sum, value)| *sum += value);
        if let (Some(places), Some(own)) = (&self.own, &gradient.own) {
            self.add_own_gradient(places, own, sum);
        }
        if let (Some(places), Some(gaussian)) = (&self.gaussian, &gradient.gaussian) {
            self.add_gaussian_gradient(places, gaussian, &gradient.shared.edge_weight, sum);
        }
        if let Some(place) = &self.lambda_logit {
            sum[place.start] += gradient.shared.lambda * weights.lambda * (1.0 - weights.lambda);
        }
    }

    /// `attention` and `edge_weight` make up the edges' part together, so each one's gradient needs the other: that one comes from
    /// [`LayerPlan::finish_own`].
    fn add_own_gradient(&self, places: &OwnPlaces, own: &OwnWeights, sum: &mut [f32]) {
        let attention = &mut sum[places.attention.clone()];
        let parts = own.target.iter().chain(&own.source);
        attention.iter_mut().zip(parts).for_each(|(sum, value)| *sum += value);
    }

    /// Adds the gradient of the edges' part of self-attention.
    pub(super) fn finish_own(&self, gradient: &LayerGradient, parameters: &[f32], sum: &mut [f32]) {
        let (Some(places), Some(own)) = (&self.own, &gradient.own) else { return };
        let (channels, per_head) = (self.channels, self.channels / self.heads);
        for c in 0..channels {
            let at = 2 * channels + c;
            for k in 0..self.edge_width {
                let d = own.edge[k * self.heads + c / per_head];
                let edge_weight = places.edge_weight.start + c * self.edge_width + k;
                sum[edge_weight] += d * parameters[places.attention.start + at];
                sum[places.attention.start + at] += d * parameters[edge_weight];
            }
        }
    }

    /// The mean over the outputs is taken off as it was off the weights.
    fn add_gaussian_gradient(
        &self,
        places: &GaussianPlaces,
        [target, source]: &[LinearGradient; 2],
        edge_weight: &[Eight],
        sum: &mut [f32],
    ) {
        let (width, fan_in) = (self.input, 2 * self.input + self.edge_width);
        let of_edges = edge_weight.as_flattened();
        let row = lanes_of(width) * LANES;
        let entry = |o: usize, k: usize| match k {
            k if k < width => target.entry(o, k),
            k if k < 2 * width => source.entry(o, k - width),
            k => of_edges[(k - 2 * width) * row + o],
        };
        let raw: Vec<f32> = (0..width * fan_in).map(|place| entry(place / fan_in, place % fan_in)).collect();
        let weights = centred_columns(&raw, width);
        sum[places.weight.clone()].iter_mut().zip(weights).for_each(|(sum, value)| *sum += value);
        let bias = centred_columns(&target.constant.as_flattened()[..width], width);
        sum[places.bias.clone()].iter_mut().zip(bias).for_each(|(sum, value)| *sum += value);
    }
}

/// A matrix of `rows` rows without the mean of every column.
fn centred_columns(matrix: &[f32], rows: usize) -> Vec<f32> {
    let columns = matrix.len() / rows;
    let mut means = vec![0.0; columns];
    for row in matrix.chunks_exact(columns) {
        means.iter_mut().zip(row).for_each(|(mean, value)| *mean += value);
    }
    means.iter_mut().for_each(|mean| *mean /= rows as f32);
    matrix.iter().enumerate().map(|(place, value)| value - means[place % columns]).collect()
}

impl LayerWeights {
    /// The layer on features before an embedding: the maps of both become one.
    pub(super) fn after(&self, embedding: Embedding<'_>) -> Self {
        let gaussian = self.gaussian.as_ref().map(|gaussian| GaussianWeights {
            target: gaussian.target.after(embedding),
            source: gaussian.source.after(embedding),
            edge: gaussian.edge.clone(),
        });
        Self { values: self.values.after(embedding), gaussian, ..self.clone() }
    }

    /// What the gradient of [`LayerWeights::after`] means for the layer, and for the embedding.
    pub(super) fn before(
        &self,
        gradient: &LayerGradient,
        embedding: Embedding<'_>,
        of_embedding: &mut EmbeddingGradient,
    ) -> LayerGradient {
        let mut own = gradient.clone();
        own.values = self.values.before(&gradient.values, embedding, of_embedding);
        if let (Some(weights), Some([target, source])) = (&self.gaussian, &gradient.gaussian) {
            own.gaussian = Some([
                weights.target.before(target, embedding, of_embedding),
                weights.source.before(source, embedding, of_embedding),
            ]);
        }
        own
    }

    pub(super) fn zero_gradient(&self) -> LayerGradient {
        LayerGradient {
            values: self.values.zero_gradient(),
            bias: vec![[0.0; LANES]; self.values.lanes()],
            own: self.own.as_ref().map(|own| OwnWeights {
                target: vec![0.0; own.target.len()],
                source: vec![0.0; own.source.len()],
                edge: vec![0.0; own.edge.len()],
            }),
            gaussian: self.gaussian.as_ref().map(|g| [g.target.zero_gradient(), g.source.zero_gradient()]),
            shared: SharedGradients {
                edge_weight: self
                    .gaussian
                    .as_ref()
                    .map_or_else(Vec::new, |g| vec![[0.0; LANES]; g.edge.lanes.len()]),
                lambda: 0.0,
            },
        }
    }
}

impl LayerGradient {
    pub(super) fn merge(&mut self, other: &Self) {
        self.values.merge(&other.values);
        add_rows(&mut self.bias, &other.bias);
        if let (Some(own), Some(other)) = (&mut self.own, &other.own) {
            let lists = [
                (&mut own.target, &other.target),
                (&mut own.source, &other.source),
                (&mut own.edge, &other.edge),
            ];
            for (sum, values) in lists {
                sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            }
        }
        if let (Some(sums), Some(others)) = (&mut self.gaussian, &other.gaussian) {
            sums.iter_mut().zip(others).for_each(|(sum, other)| sum.merge(other));
        }
        add_rows(&mut self.shared.edge_weight, &other.shared.edge_weight);
        self.shared.lambda += other.shared.lambda;
    }
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
        let block = Block { nodes, edges: 0..x.topology.edges() };
        self.with_operands(x, run, |operands| dispatch::forward(operands, &block, &mut slices));
        activate(rows, &self.weights.bias, self.plan.activation);
        (run.out, run.alpha_self, run.alpha_gaussian, run.alpha) = (out, alpha_self, alpha_gaussian, alpha);
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
        deactivate(d_out, &run.out, self.plan.activation);
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

dispatched! {
    /// `logits[n, h] = Σ values[n, c]·attention[c]` over the channels of head `h`.
    fn head_sums(
        logits: &mut [f32],
        values: &[f32],
        stride: usize,
        attention: &[f32],
        heads: usize,
    ) => sum_heads
}

#[inline(always)]
fn sum_heads<V: Lanes>(logits: &mut [f32], values: &[f32], stride: usize, attention: &[f32], heads: usize) {
    let per_head = attention.len() / heads;
    for (logits, values) in logits.chunks_exact_mut(heads).zip(values.chunks_exact(stride)) {
        let parts = values.chunks_exact(per_head).zip(attention.chunks_exact(per_head));
        for (logit, (values, attention)) in logits.iter_mut().zip(parts) {
            *logit = dot_any::<V>(values, attention);
        }
    }
}

dispatched! {
    /// The gradients of [`head_sums`], added to those of its values and its attention vector.
    fn head_sums_backward(
        d_logits: &[f32],
        values: &[f32],
        stride: usize,
        attention: &[f32],
        heads: usize,
        d_values: &mut [f32],
        d_attention: &mut [f32],
    ) => sum_heads_backward
}

#[inline(always)]
fn sum_heads_backward<V: Lanes>(
    d_logits: &[f32],
    values: &[f32],
    stride: usize,
    attention: &[f32],
    heads: usize,
    d_values: &mut [f32],
    d_attention: &mut [f32],
) {
    let per_head = attention.len() / heads;
    let rows = values.chunks_exact(stride).zip(d_values.chunks_exact_mut(stride));
    for (d_logits, (values, d_values)) in d_logits.chunks_exact(heads).zip(rows) {
        for (head, d) in d_logits.iter().enumerate() {
            let own = head * per_head..(head + 1) * per_head;
            add_scaled_any::<V>(&mut d_values[own.clone()], *d, &attention[own.clone()]);
            add_scaled_any::<V>(&mut d_attention[own.clone()], *d, &values[own]);
        }
    }
}

dispatched! {
    /// `σ(x + bias)` in place, row by row; what fills the lanes up stays 0.
    fn activate(rows: &mut [Eight], bias: &[f32], activation: Activation) => activate_rows
}

#[inline(always)]
fn activate_rows<V: Lanes>(rows: &mut [Eight], bias: &[f32], activation: Activation) {
    let lanes = lanes_of(bias.len());
    let mut filled = vec![[0.0; LANES]; lanes];
    filled.as_flattened_mut()[..bias.len()].copy_from_slice(bias);
    for row in rows.chunks_exact_mut(lanes) {
        for (x, bias) in row.iter_mut().zip(&filled) {
            let sum = V::load(x).plus(V::load(bias));
            let positive = V::splat(0.0).at_least(sum);
            match activation {
                // max(x, 0) + e^min(x, 0) − 1
                Activation::Elu => {
                    let negative = sum.minus(positive);
                    positive.plus(negative.exp().minus(V::splat(1.0))).store(x);
                }
                Activation::Relu => positive.store(x),
                Activation::Identity => sum.store(x),
            }
        }
    }
}

/// The gradient of the sum before [`activate`], given its output.
fn deactivate(gradient: &mut [Eight], out: &[Eight], activation: Activation) {
    let values = gradient.as_flattened_mut().iter_mut().zip(out.as_flattened());
    match activation {
        Activation::Elu => values.for_each(|(d, out)| *d *= if *out > 0.0 { 1.0 } else { out + 1.0 }),
        Activation::Relu => values.for_each(|(d, out)| *d *= if *out > 0.0 { 1.0 } else { 0.0 }),
        Activation::Identity => {}
    }
}
