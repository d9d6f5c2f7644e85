use microexpr_pipeline::PipelineSettings;
use serde::{Deserialize, Serialize};

use crate::{ModelSettings, Standardisation, Streams};

/// What a saved network needs beside its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelDescription {
    /// Names of the classes in the order of the scores.
    pub classes: Vec<String>,
    /// How clips become graphs.
    pub pipeline: PipelineSettings,
    /// The network.
    pub model: ModelSettings,
    /// How many of them answer together.
    pub networks: usize,
    /// Mean and deviation of the training clips' flow patches.
    pub standardisation: Standardisation,
    /// Width of the node features of both streams.
    pub node_features: [usize; 2],
    /// What it was trained on, in words.
    pub trained_on: String,
}

impl ModelDescription {
    /// What makes this no description of a network, if anything.
    pub(crate) fn check(&self) -> Result<(), String> {
        let Self { classes, networks, standardisation: Standardisation { mean, deviation }, .. } = self;
        if classes.is_empty() {
            return Err("it has no classes".to_owned());
        }
        if !(1..=1000).contains(networks) {
            return Err(format!("it has {networks} networks, expected 1 to 1000"));
        }
        if !(mean.is_finite() && deviation.is_finite() && *deviation > 0.0) {
            return Err(format!("its standardisation has mean {mean} and deviation {deviation}"));
        }
        if self.node_features.contains(&0) {
            return Err("a node has no features".to_owned());
        }
        self.model.check().map_err(|refused| refused.to_string())
    }

    /// Weights of the described networks, if they have no attention layers: then they consist of Fourier features and fully
    /// connected layers alone.
    pub(crate) fn values_without_layers(&self) -> Option<usize> {
        let model = &self.model;
        if model.layers > 0 {
            return None;
        }
        let [location, flow] = self.node_features.map(|width| model.readout.width(width));
        let read = match model.streams {
            Streams::Both => location.saturating_add(flow),
            Streams::Location => location,
            Streams::Flow => flow,
        };
        // A layer of so many inputs has a bias beside them; so have Fourier features their phases.
        let layer = |from: usize, to: usize| from.saturating_add(1).saturating_mul(to);
        let fourier = model.fourier_features.map_or(0, |features| layer(read, features));
        let first = model.fourier_features.unwrap_or(read);
        let widths = model.fully_connected.iter().copied().chain([self.classes.len()]);
        let (connected, _) =
            widths.fold((0usize, first), |(sum, from), to| (sum.saturating_add(layer(from, to)), to));
        Some(self.networks.saturating_mul(fourier.saturating_add(connected)))
    }

    /// Weights that the described networks have at the least: their layers' matrices alone.
    pub(crate) fn least_values(&self) -> usize {
        let hidden = self.model.hidden;
        let stream = |input: usize| {
            if self.model.layers == 0 {
                return 0;
            }
            let first = match self.model.embedding {
                Some(width) => input.saturating_mul(width).saturating_add(width * hidden),
                None => input.saturating_mul(hidden),
            };
            first.saturating_add((self.model.layers - 1) * hidden * hidden)
        };
        let [location, flow] = self.node_features.map(stream);
        let streams = match self.model.streams {
            Streams::Both => location.saturating_add(flow),
            Streams::Location => location,
            Streams::Flow => flow,
        };
        let connected: usize = self.model.fully_connected.windows(2).map(|pair| pair[0] * pair[1]).sum();
        self.networks.saturating_mul(streams.saturating_add(connected))
    }
}
