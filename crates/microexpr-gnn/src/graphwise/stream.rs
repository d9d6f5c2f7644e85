//! One stream of the network for one graph, forward and backward.

use super::graph::{HostGraph, HostStream};
use super::layer::{Layer, LayerInput, LayerRun, LayerScratch};
use super::layer_plan::LayerPlan;
use super::linear::Features;
use super::pooling::PoolRun;
use super::product::lanes_of;
use super::readout::{read, read_backward, scale, scale_backward};
use super::stream_plan::{StreamGradient, StreamPlan, StreamWeights};
use crate::Readout;
use crate::attention::flex::lanes::{Eight, LANES};

/// Factors of a graph's dropout in training.
#[derive(Debug, Clone, Copy)]
pub(super) struct Masks<'a> {
    /// Of every value of the node features; empty for none.
    pub(super) input: &'a [f32],
    /// Of every value of the kept nodes; empty for none.
    pub(super) pooled: &'a [f32],
}

/// What a stream computed for a graph.
#[derive(Debug, Clone, Default)]
pub(super) struct StreamRun {
    pub(super) nodes: Vec<f32>,
    pub(super) layers: Vec<LayerRun>,
    pool: PoolRun,
    largest: Vec<u32>,
    /// The stream's vector.
    pub(super) out: Vec<f32>,
    /// What the vector was divided by.
    root: f32,
}

/// Room for the gradients of a graph.
#[derive(Debug, Clone, Default)]
pub(super) struct StreamScratch {
    layer: LayerScratch,
    pooled: Vec<Eight>,
    /// Gradients of a layer's output and input.
    nodes: [Vec<Eight>; 2],
}

/// A stream at work on a graph.
#[derive(Clone, Copy)]
pub(super) struct StreamAtWork<'a> {
    pub(super) plan: &'a StreamPlan,
    pub(super) weights: &'a StreamWeights,
    pub(super) graph: &'a HostGraph<'a>,
    pub(super) features: &'a HostStream<'a>,
}

impl StreamAtWork<'_> {
    /// Leaves the stream's vector in `run.out`.
    pub(super) fn forward(self, masks: Masks<'_>, run: &mut StreamRun) {
        let plan = self.plan;
        self.load(masks.input, &mut run.nodes);
        run.layers.resize_with(plan.layers.len(), LayerRun::default);
        for index in 0..plan.layers.len() {
            let (before, rest) = run.layers.split_at_mut(index);
            let input = self.layer_input(index, &run.nodes, before);
            self.layer(index).forward(input, &mut rest[0]);
        }
        self.pool_and_read(masks.pooled, run);
    }

    /// From the last layer's output to the stream's vector.
    pub(super) fn pool_and_read(self, mask: &[f32], run: &mut StreamRun) {
        let plan = self.plan;
        let Some(last) = run.layers.last() else { return };
        plan.pool.forward(&self.weights.pool, &last.out, self.graph, &mut run.pool);
        let shape = (plan.pool.channels, lanes_of(plan.pool.channels));
        mask_rows(&mut run.pool.out, mask, shape);
        run.out.clear();
        read(plan.readout, &run.pool.out, shape, &mut run.out, &mut run.largest);
        if plan.input_readout {
            self.read_input(&run.nodes, &mut run.out);
        }
        run.root = scale(plan.readout_scale, &mut run.out);
    }

    /// Adds to `gradient` what `d_out`, the gradient of the stream's vector, means for the weights. `d_out` is used up.
    pub(super) fn backward(
        self,
        masks: Masks<'_>,
        run: &StreamRun,
        d_out: &mut [f32],
        gradient: &mut StreamGradient,
        scratch: &mut StreamScratch,
    ) {
        let plan = self.plan;
        let Some(last) = run.layers.last() else { return };
        scale_backward(plan.readout_scale, d_out, &run.out, run.root);
        let shape = (plan.pool.channels, lanes_of(plan.pool.channels));
        let of_layers = &d_out[..plan.readout.width(plan.pool.channels)];
        read_backward(plan.readout, run.pool.kept.len(), shape, of_layers, &run.largest, &mut scratch.pooled);
        mask_rows(&mut scratch.pooled, masks.pooled, shape);
        let [current, next] = &mut scratch.nodes;
        let pooled = (last.out.as_slice(), self.graph, &run.pool);
        plan.pool.backward(&self.weights.pool, pooled, &scratch.pooled, &mut gradient.pool, current);
        for index in (0..plan.layers.len()).rev() {
            let input = self.layer_input(index, &run.nodes, &run.layers[..index]);
            let d_nodes = if index > 0 { Some(&mut *next) } else { None };
            let (run, sum) = (&run.layers[index], &mut gradient.layers[index]);
            self.layer(index).backward(input, run, current, sum, &mut scratch.layer, d_nodes);
            std::mem::swap(current, next);
        }
    }

    /// The node features: standardised, and with their dropout.
    fn load(self, mask: &[f32], nodes: &mut Vec<f32>) {
        let (mean, deviation) = (self.features.mean, self.features.deviation);
        nodes.clear();
        nodes.extend(self.features.nodes.iter().map(|value| (value - mean) / deviation));
        nodes.iter_mut().zip(mask).for_each(|(value, factor)| *value *= factor);
    }

    pub(super) fn layer(&self, index: usize) -> Layer<'_> {
        Layer { plan: &self.plan.layers[index], weights: self.weights.layer(index) }
    }

    pub(super) fn layer_plans(&self) -> &[LayerPlan] {
        &self.plan.layers
    }

    /// What a layer sees: the node features, or the output of the layer before.
    pub(super) fn layer_input<'a>(
        &'a self,
        index: usize,
        nodes: &'a [f32],
        before: &'a [LayerRun],
    ) -> LayerInput<'a> {
        let width = self.features.width;
        let nodes = match (before.last(), &self.features.first_columns) {
            (Some(before), _) => {
                let width = self.plan.layers[index].input;
                Features::Dense { values: before.out.as_flattened(), width, step: lanes_of(width) * LANES }
            }
            (None, Some(first)) => Features::Columns { values: nodes, width, first },
            (None, None) => Features::Dense { values: nodes, width, step: width },
        };
        LayerInput { nodes, topology: self.graph.topology(), edges: &self.features.edges }
    }

    /// Appends the readout of the node features.
    fn read_input(self, nodes: &[f32], out: &mut Vec<f32>) {
        let (plan, width) = (self.plan, self.features.width);
        let Some(first) = &self.features.first_columns else {
            let lanes = lanes_of(width);
            let mut rows = vec![[0.0; LANES]; nodes.len() / width * lanes];
            for (row, values) in rows.chunks_exact_mut(lanes).zip(nodes.chunks_exact(width)) {
                row.as_flattened_mut()[..width].copy_from_slice(values);
            }
            return read(plan.readout, &rows, (width, lanes), out, &mut Vec::new());
        };
        let columns = self.columns();
        let share = if plan.readout == Readout::Mean { 1.0 / first.len() as f32 } else { 1.0 };
        let start = out.len();
        out.resize(start + columns, 0.0);
        for (values, first) in nodes.chunks_exact(width).zip(first) {
            let sums = &mut out[start + *first as usize..][..width];
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value * share);
        }
    }

    /// All columns of features that stand in columns of their own.
    fn columns(self) -> usize {
        self.plan.embedding.as_ref().map_or_else(
            || self.plan.layers.first().map_or(0, |layer| layer.input),
            |[weight, bias]| weight.len() / bias.len().max(1),
        )
    }
}

/// Multiplies rows of `lanes` lanes by factors of their `channels` values.
fn mask_rows(rows: &mut [Eight], mask: &[f32], (channels, lanes): (usize, usize)) {
    for (row, mask) in rows.chunks_exact_mut(lanes).zip(mask.chunks_exact(channels)) {
        row.as_flattened_mut().iter_mut().zip(mask).for_each(|(value, factor)| *value *= factor);
    }
}
