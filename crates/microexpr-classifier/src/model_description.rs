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
