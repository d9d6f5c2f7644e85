use burn::prelude::*;
use microexpr_gnn::graphwise::{GraphwiseTraining, HostGraph, HostSample, serves};
use microexpr_gnn::{SeededRng, TwoStreamModel};

use crate::host_graphs::HostLayout;
use crate::training::Sample;
use crate::training_steps::TrainingSteps;
use crate::{ClassifierError, TrainingSettings};

/// Steps on the processor, graph by graph: many times as fast as recorded ones.
pub(crate) struct HostSteps<'a, B: Backend> {
    samples: &'a [HostSample<'a>],
    training: GraphwiseTraining,
    /// With the weights from before the first step.
    start: TwoStreamModel<B>,
}

impl<'a, B: Backend> HostSteps<'a, B> {
    /// None for a network that needs Burn's operations.
    pub(crate) fn new(
        network: &TwoStreamModel<B>,
        samples: &'a [HostSample<'a>],
        settings: &TrainingSettings,
    ) -> Option<Self> {
        let training = GraphwiseTraining::of(network, settings.learning_rate, settings.weight_decay)?;
        let read = samples.iter().all(|sample| training.network().reads(sample.graph));
        (read && !samples.is_empty()).then(|| Self { samples, training, start: network.clone() })
    }
}

impl<B: Backend> TrainingSteps<B> for HostSteps<'_, B> {
    fn step(&mut self, places: &[usize], random: &mut SeededRng) -> Result<f64, ClassifierError> {
        let samples: Vec<HostSample<'_>> = places.iter().map(|place| self.samples[*place]).collect();
        Ok(self.training.step(&samples, random))
    }

    fn network(&self) -> TwoStreamModel<B> {
        self.training.network().written_to(self.start.clone())
    }
}

/// The graphs of the samples, laid out once for all epochs and networks; none for a backend that does not compute on the
/// processor.
pub(crate) fn host_graphs<'a, B: Backend>(
    samples: &[Sample<'a>],
    layout: HostLayout,
) -> Result<Vec<HostGraph<'a>>, ClassifierError> {
    if !serves::<B>() {
        return Ok(Vec::new());
    }
    samples.iter().map(|sample| layout.graph(sample.graph)).collect()
}

/// The samples with their graphs and the weights of their classes.
pub(crate) fn host_samples<'a>(
    samples: &[Sample<'_>],
    graphs: &'a [HostGraph<'a>],
    class_weights: Option<&[f32]>,
) -> Vec<HostSample<'a>> {
    let sample = |(graph, sample): (&'a HostGraph<'a>, &Sample<'_>)| HostSample {
        graph,
        class: sample.class,
        weight: class_weights.map_or(1.0, |weights| weights[sample.class]),
    };
    graphs.iter().zip(samples).map(sample).collect()
}
