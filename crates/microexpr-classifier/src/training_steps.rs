use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::optim::adaptor::OptimizerAdaptor;
use burn::optim::{AdamW, AdamWConfig, GradientsParams, Optimizer};
use burn::prelude::*;
use burn::tensor::backend::AutodiffBackend;
use microexpr_gnn::{GraphBackend, SeededRng, TwoStreamModel};

use crate::batch::BatchLayout;
use crate::prepared_graph::GraphView;
use crate::training::Sample;
use crate::{ClassifierError, TrainingSettings};

/// A network in training.
pub(crate) trait TrainingSteps<B: Backend> {
    /// One step on the samples at these places; returns their mean loss. `random` decides the dropout.
    fn step(&mut self, places: &[usize], random: &mut SeededRng) -> Result<f64, ClassifierError>;

    /// The network as it is now.
    fn network(&self) -> TwoStreamModel<B>;
}

/// Steps by Burn's operations, autodiff and optimiser: on every backend, with all options.
pub(crate) struct RecordedSteps<'a, B: AutodiffBackend> {
    samples: &'a [Sample<'a>],
    layout: &'a BatchLayout<'a, B>,
    learning_rate: f64,
    loss: CrossEntropyLoss<B>,
    optimizer: OptimizerAdaptor<AdamW, TwoStreamModel<B>, B>,
    /// Away only while a step changes it.
    network: Option<TwoStreamModel<B>>,
}

impl<'a, B: AutodiffBackend + GraphBackend> RecordedSteps<'a, B> {
    pub(crate) fn new(
        network: TwoStreamModel<B>,
        samples: &'a [Sample<'a>],
        layout: &'a BatchLayout<'a, B>,
        class_weights: Option<Vec<f32>>,
        settings: &TrainingSettings,
    ) -> Self {
        Self {
            samples,
            layout,
            learning_rate: settings.learning_rate,
            loss: CrossEntropyLossConfig::new().with_weights(class_weights).init::<B>(layout.device),
            optimizer: AdamWConfig::new().with_weight_decay(settings.weight_decay).init(),
            network: Some(network),
        }
    }
}

/// Between steps the network is there.
const THERE: &str = "a step that fails leaves the network where it was";

impl<B: AutodiffBackend + GraphBackend> TrainingSteps<B> for RecordedSteps<'_, B> {
    fn step(&mut self, places: &[usize], random: &mut SeededRng) -> Result<f64, ClassifierError> {
        let graphs: Vec<GraphView<'_>> = places.iter().map(|i| self.samples[*i].graph.whole()).collect();
        let labels: Vec<i64> = places.iter().map(|i| self.samples[*i].class as i64).collect();
        let target = Tensor::from_data(TensorData::new(labels, [places.len()]), self.layout.device);
        let input = self.layout.batch(&graphs)?;
        let network = self.network.take().expect(THERE);
        let value = self.loss.forward(network.forward(&input, Some(random)), target);
        let loss = value.clone().into_scalar().elem::<f64>();
        let gradients = GradientsParams::from_grads(value.backward(), &network);
        self.network = Some(self.optimizer.step(self.learning_rate, network, gradients));
        Ok(loss)
    }

    fn network(&self) -> TwoStreamModel<B> {
        self.network.clone().expect(THERE)
    }
}
