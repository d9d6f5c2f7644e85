use super::linear::{Embedding, EmbeddingGradient, LinearGradient, LinearMap, add_rows};
use crate::attention::flex::backward::SharedGradients;
use crate::attention::flex::lanes::{Eight, LANES};
use crate::attention::flex::rows::Rows;

/// A layer's weights in the form that the kernels read.
#[derive(Debug, Clone)]
pub(super) struct LayerWeights {
    pub(super) values: LinearMap,
    pub(super) bias: Vec<f32>,
    pub(super) own: Option<OwnWeights>,
    pub(super) gaussian: Option<GaussianWeights>,
    pub(super) lambda: f32,
}

/// Self-attention: `target[i] + source[j] + edge · x_ij`.
#[derive(Debug, Clone)]
pub(super) struct OwnWeights {
    /// `[C]`; every head's part of the values has its own.
    pub(super) target: Vec<f32>,
    pub(super) source: Vec<f32>,
    /// `[De, H]`.
    pub(super) edge: Vec<f32>,
}

/// Gaussian attention: the maps of its linear part, every one without the mean over its outputs.
#[derive(Debug, Clone)]
pub(super) struct GaussianWeights {
    pub(super) target: LinearMap,
    pub(super) source: LinearMap,
    /// `[De, D]`.
    pub(super) edge: Rows,
}

/// Sum of the gradients of a layer's weights over graphs.
#[derive(Debug, Clone)]
pub(super) struct LayerGradient {
    pub(super) values: LinearGradient,
    pub(super) bias: Vec<Eight>,
    pub(super) own: Option<OwnWeights>,
    pub(super) gaussian: Option<[LinearGradient; 2]>,
    pub(super) shared: SharedGradients,
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
