//! A stream's sizes, its weights in the form that the kernels read, and their gradient.

use burn::prelude::*;

use super::graph::HostStream;
use super::layer_plan::LayerPlan;
use super::layer_weights::{LayerGradient, LayerWeights};
use super::linear::{Embedding, EmbeddingGradient};
use super::parameters::Parameters;
use super::pooling::{PoolPlan, PoolWeights};
use super::product::lanes_of;
use crate::attention::flex::lanes::LANES;
use crate::{EdgeSimilarity, Readout, ReadoutScale, StreamModel};

/// A stream's sizes and constants, and where its weights are among the parameters.
#[derive(Debug, Clone)]
pub(super) struct StreamPlan {
    pub(super) embedding: Option<[std::ops::Range<usize>; 2]>,
    pub(super) layers: Vec<LayerPlan>,
    pub(super) pool: PoolPlan,
    pub(super) input_dropout: f64,
    pub(super) dropout: f64,
    pub(super) readout: Readout,
    pub(super) input_readout: bool,
    pub(super) readout_scale: ReadoutScale,
}

/// A stream's weights in the form that the kernels read.
#[derive(Debug, Clone)]
pub(super) struct StreamWeights {
    /// Without the embedding.
    plain: Vec<LayerWeights>,
    /// The first layer with the embedding, if there is one.
    embedded: Option<LayerWeights>,
    pub(super) pool: PoolWeights,
}

/// Sum of the gradients of a stream's weights over graphs.
#[derive(Debug, Clone)]
pub(super) struct StreamGradient {
    pub(super) layers: Vec<LayerGradient>,
    pub(super) pool: PoolWeights,
}

impl StreamPlan {
    /// The plan of a stream; none for what only Burn's operations can do.
    pub(super) fn of<B: Backend>(model: &StreamModel<B>, parameters: &Parameters) -> Option<Self> {
        let settings = model.settings();
        if settings.edge_similarity != EdgeSimilarity::Input {
            return None;
        }
        let pool = model.pool.as_ref()?;
        let layers = model.layers.iter().map(|layer| LayerPlan::of(layer, parameters));
        Some(Self {
            embedding: model
                .embedding
                .as_ref()
                .map(|embedding| [parameters.place(&embedding.weight), parameters.place(&embedding.bias)]),
            layers: layers.collect::<Option<_>>()?,
            pool: PoolPlan {
                ratio: pool.ratio(),
                channels: pool.score.weight.dims()[1],
                weight: parameters.place(&pool.score.weight),
                bias: parameters.place(&pool.score.bias),
            },
            input_dropout: settings.input_dropout,
            dropout: settings.dropout,
            readout: settings.readout,
            input_readout: settings.input_readout,
            readout_scale: settings.readout_scale,
        })
    }

    /// Whether the features of a graph can be read: of features in columns of their own there are no maxima.
    pub(super) fn reads(&self, stream: &HostStream<'_>) -> bool {
        let sums = matches!(self.readout, Readout::Sum | Readout::Mean);
        stream.first_columns.is_none() || !self.input_readout || sums
    }

    /// Values of the kept nodes of a graph of some nodes.
    pub(super) fn pooled_values(&self, nodes: usize) -> usize {
        self.pool.kept(nodes) * self.pool.channels
    }

    fn embedding<'a>(&self, parameters: &'a [f32]) -> Option<Embedding<'a>> {
        let [weight, bias] = self.embedding.clone()?;
        Some(Embedding { weight: &parameters[weight], bias: &parameters[bias] })
    }

    pub(super) fn weights(&self, parameters: &[f32]) -> StreamWeights {
        let plain: Vec<LayerWeights> = self.layers.iter().map(|plan| plan.weights(parameters)).collect();
        let embedded = self.embedding(parameters).and_then(|e| Some(plain.first()?.after(e)));
        StreamWeights { plain, embedded, pool: self.pool.weights(parameters) }
    }

    pub(super) fn zero_gradient(&self, weights: &StreamWeights) -> StreamGradient {
        StreamGradient {
            layers: (0..self.layers.len()).map(|index| weights.layer(index).zero_gradient()).collect(),
            pool: self.pool.zero_gradient(),
        }
    }

    /// Adds `gradient` to that of the parameters.
    pub(super) fn add_gradient(
        &self,
        gradient: &StreamGradient,
        weights: &StreamWeights,
        parameters: &[f32],
        sum: &mut [f32],
    ) {
        for (index, (plan, gradient)) in self.layers.iter().zip(&gradient.layers).enumerate() {
            let plain = &weights.plain[index];
            let own;
            let mut of_layer = gradient;
            if let (0, Some(embedding)) = (index, self.embedding(parameters)) {
                let (input, output) = (embedding.weight.len() / plan.input, plan.input);
                let zeros = |rows: usize| vec![[0.0; LANES]; rows * lanes_of(output)];
                let mut of_embedding = EmbeddingGradient { weight: zeros(input), bias: zeros(1) };
                own = plain.before(gradient, embedding, &mut of_embedding);
                of_layer = &own;
                self.add_embedding_gradient(&of_embedding, [input, output], sum);
            }
            plan.add_gradient(of_layer, plain, sum);
            plan.finish_own(of_layer, parameters, sum);
        }
        self.pool.add_gradient(&gradient.pool, sum);
    }

    fn add_embedding_gradient(
        &self,
        gradient: &EmbeddingGradient,
        [input, output]: [usize; 2],
        sum: &mut [f32],
    ) {
        let Some([weight, bias]) = self.embedding.clone() else { return };
        let (of_weight, row) = (gradient.weight.as_flattened(), lanes_of(output) * LANES);
        for (place, sum) in sum[weight].iter_mut().enumerate() {
            *sum += of_weight[place % input * row + place / input];
        }
        let of_bias = gradient.bias.as_flattened();
        sum[bias].iter_mut().zip(of_bias).for_each(|(sum, value)| *sum += value);
    }
}

impl StreamWeights {
    /// A layer as it sees the features that come in.
    pub(super) fn layer(&self, index: usize) -> &LayerWeights {
        match &self.embedded {
            Some(embedded) if index == 0 => embedded,
            _ => &self.plain[index],
        }
    }
}

impl StreamGradient {
    pub(super) fn merge(&mut self, other: &Self) {
        self.layers.iter_mut().zip(&other.layers).for_each(|(sum, other)| sum.merge(other));
        super::linear::add_rows(&mut self.pool.weight, &other.pool.weight);
        self.pool.bias += other.pool.bias;
    }
}
