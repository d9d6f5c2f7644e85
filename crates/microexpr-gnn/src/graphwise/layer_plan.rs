//! A layer's weights among the parameters: out of them for the kernels, and their gradients back.

use std::ops::Range;

use burn::prelude::*;

use super::layer_weights::{GaussianWeights, LayerGradient, LayerWeights, OwnWeights};
use super::linear::{LinearGradient, LinearMap};
use super::parameters::Parameters;
use super::product::lanes_of;
use crate::attention::flex::lanes::{Eight, LANES};
use crate::attention::flex::rows::Rows;
use crate::attention::{Activation, AdaptiveAttention, AttentionSettings, SelfAttentionKind};

/// A layer's sizes and constants, and where its weights are among the parameters.
#[derive(Debug, Clone)]
pub(super) struct LayerPlan {
    pub(super) input: usize,
    pub(super) channels: usize,
    pub(super) heads: usize,
    pub(super) edge_width: usize,
    pub(super) settings: AttentionSettings,
    pub(super) activation: Activation,
    /// λ where it is not learned.
    pub(super) fixed_lambda: f32,
    pub(super) weight: Range<usize>,
    pub(super) bias: Range<usize>,
    pub(super) own: Option<OwnPlaces>,
    pub(super) gaussian: Option<GaussianPlaces>,
    pub(super) lambda_logit: Option<Range<usize>>,
}

#[derive(Debug, Clone)]
pub(super) struct OwnPlaces {
    pub(super) edge_weight: Range<usize>,
    pub(super) attention: Range<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct GaussianPlaces {
    pub(super) weight: Range<usize>,
    pub(super) bias: Range<usize>,
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
