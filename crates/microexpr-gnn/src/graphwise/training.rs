use burn::prelude::*;

use super::adam_w::AdamW;
use super::graph::HostGraph;
use super::masks::BatchMasks;
use super::network::{GraphwiseNetwork, HostSample};
use crate::{SeededRng, TwoStreamModel};

/// Training of a [`GraphwiseNetwork`] by steps of AdamW: the same steps as Burn's `CrossEntropyLoss`, autodiff and `AdamW` do, up to
/// the order of sums.
#[derive(Debug)]
pub struct GraphwiseTraining {
    network: GraphwiseNetwork,
    optimizer: AdamW,
}

impl GraphwiseTraining {
    /// Starts from the weights of `model`; none if it has what only Burn's operations can do, see [`GraphwiseNetwork::of`].
    #[must_use]
    pub fn of<B: Backend>(model: &TwoStreamModel<B>, learning_rate: f64, weight_decay: f32) -> Option<Self> {
        let network = GraphwiseNetwork::of(model)?;
        let weights = network.parameters.values.len();
        Some(Self { network, optimizer: AdamW::new(weights, learning_rate, weight_decay) })
    }

    /// The network as it is now.
    #[must_use]
    pub fn network(&self) -> &GraphwiseNetwork {
        &self.network
    }

    /// One step on the mean loss of a batch, weighed by the samples' weights; `random` decides the dropout. Returns that loss.
    pub fn step(&mut self, samples: &[HostSample<'_>], random: &mut SeededRng) -> f64 {
        let (loss, gradient) = self.gradient(samples, random);
        self.optimizer.step(&mut self.network.parameters.values, &gradient);
        loss
    }

    /// The loss of [`GraphwiseTraining::step`] and its gradient by every weight, in the order in which a Burn module visits them.
    #[must_use]
    pub fn gradient(&self, samples: &[HostSample<'_>], random: &mut SeededRng) -> (f64, Vec<f32>) {
        let graphs: Vec<&HostGraph<'_>> = samples.iter().map(|sample| sample.graph).collect();
        let masks = BatchMasks::draw(&self.network.streams, &graphs, random);
        let all: f32 = samples.iter().map(|sample| sample.weight).sum();
        let samples: Vec<HostSample<'_>> =
            samples.iter().map(|sample| HostSample { weight: sample.weight / all, ..*sample }).collect();
        self.network.gradient(&samples, &masks)
    }
}
