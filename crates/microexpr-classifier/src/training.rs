use burn::module::{AutodiffModule, Param};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamWConfig, GradientsParams, Optimizer};
use burn::prelude::*;
use burn::tensor::backend::AutodiffBackend;
use microexpr_gnn::{FullyConnected, GraphBackend, SeededRng, TwoStreamModel};

use crate::batch::BatchLayout;
use crate::committee::{Committee, mean};
use crate::prepared_graph::{GraphView, PreparedGraph};
use crate::ridge::{RidgeTargets, ridge};
use crate::training_settings::{ClassWeights, LastLayer, TrainingSettings};
use crate::{ClassifierError, ModelSettings, Standardisation};

/// A graph and its class.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample<'a> {
    pub(crate) graph: &'a PreparedGraph,
    pub(crate) class: usize,
}

/// Trained networks and what belongs to them.
#[derive(Debug, Clone)]
pub(crate) struct Trained<B: Backend> {
    pub(crate) committee: Committee<B>,
    pub(crate) standardisation: Standardisation,
    /// Mean loss of every epoch, over samples and networks.
    pub(crate) losses: Vec<f64>,
}

/// What is done after every epoch, and after the last layer is fitted.
pub(crate) type EpochDone<'a, B> =
    dyn FnMut(&TwoStreamModel<B>, Standardisation) -> Result<(), ClassifierError> + 'a;

/// Trains the networks from scratch, one after the other; `seed` decides initial weights, order and dropout.
///
/// `epoch_done` is given the network at hand after every epoch, and after its last layer is fitted.
pub(crate) fn train<B: AutodiffBackend + GraphBackend>(
    samples: &[Sample<'_>],
    classes: usize,
    model_settings: &ModelSettings,
    settings: &TrainingSettings,
    seed: u64,
    device: &B::Device,
    epoch_done: &mut EpochDone<'_, B>,
) -> Result<Trained<B>, ClassifierError> {
    let first = &samples.first().ok_or(ClassifierError::NoTrainingClips)?.graph.graph;
    let network = model_settings.network(model_settings.input_widths(first), classes);
    let standardisation = Standardisation::fit(samples.iter().map(|s| &s.graph.graph));
    let layout = BatchLayout { standardisation, columns: model_settings.columns, device };
    let mut random = SeededRng::new(seed);
    let (mut networks, mut losses) = (Vec::new(), Vec::new());
    for _ in 0..settings.networks {
        let start = network.init(device, &mut random);
        let training = NetworkTraining { samples, layout: &layout, classes, settings };
        let (trained, course) = training.run(start, &mut random, epoch_done)?;
        networks.push(trained);
        losses.push(course);
    }
    Ok(Trained { committee: Committee { networks }, standardisation, losses: mean(&losses) })
}

/// Everything that the training of one network needs beside the network.
struct NetworkTraining<'a, B: Backend> {
    samples: &'a [Sample<'a>],
    layout: &'a BatchLayout<'a, B>,
    classes: usize,
    settings: &'a TrainingSettings,
}

impl<B: AutodiffBackend + GraphBackend> NetworkTraining<'_, B> {
    /// The trained network and the mean loss of every epoch.
    fn run(
        &self,
        mut model: TwoStreamModel<B>,
        random: &mut SeededRng,
        epoch_done: &mut EpochDone<'_, B>,
    ) -> Result<(TwoStreamModel<B>, Vec<f64>), ClassifierError> {
        let Self { samples, layout, settings, .. } = *self;
        let mut optimizer = AdamWConfig::new().with_weight_decay(settings.weight_decay).init();
        let loss = CrossEntropyLossConfig::new()
            .with_weights(class_weights(samples, self.classes, settings.class_weights))
            .init::<B>(layout.device);
        let mut losses = Vec::with_capacity(settings.epochs);
        for _ in 0..settings.epochs {
            let order = random.permutation(samples.len());
            let mut sum = 0.0;
            for step in order.chunks(settings.batch_size.max(1)) {
                let graphs: Vec<GraphView<'_>> = step.iter().map(|i| samples[*i].graph.whole()).collect();
                let labels: Vec<i64> = step.iter().map(|i| samples[*i].class as i64).collect();
                let target = Tensor::from_data(TensorData::new(labels, [step.len()]), layout.device);
                let input = layout.batch(&graphs)?;
                let value = loss.forward(model.forward(&input, Some(random)), target);
                sum += value.clone().into_scalar().elem::<f64>() * step.len() as f64;
                let gradients = GradientsParams::from_grads(value.backward(), &model);
                model = optimizer.step(settings.learning_rate, model, gradients);
            }
            let loss = sum / samples.len() as f64;
            if !loss.is_finite() {
                return Err(ClassifierError::Diverged { epoch: losses.len() + 1, loss });
            }
            losses.push(loss);
            epoch_done(&model, layout.standardisation)?;
        }
        if let LastLayer::Ridge { strength } = settings.last_layer {
            model = self.fit_last_layer(model, strength)?;
            epoch_done(&model, layout.standardisation)?;
        }
        Ok((model, losses))
    }

    /// The network with the last layer that fits the training graphs best.
    fn fit_last_layer(
        &self,
        mut model: TwoStreamModel<B>,
        strength: f64,
    ) -> Result<TwoStreamModel<B>, ClassifierError> {
        let Self { samples, layout, settings, classes } = *self;
        let BatchLayout { standardisation, columns, device } = *layout;
        let (layout, valid) =
            (BatchLayout::<B::InnerBackend> { standardisation, columns, device }, model.valid());
        let mut features = Vec::new();
        for graphs in samples.chunks(settings.batch_size.max(1)) {
            let graphs: Vec<GraphView<'_>> = graphs.iter().map(|sample| sample.graph.whole()).collect();
            features.extend(valid.features(&layout.batch(&graphs)?).into_data().iter::<f32>());
        }
        let labels: Vec<usize> = samples.iter().map(|sample| sample.class).collect();
        let weights = class_weights(samples, classes, settings.class_weights);
        let targets = RidgeTargets { labels: &labels, classes, class_weights: weights.as_deref() };
        let width = features.len() / labels.len();
        let fit = ridge(&features, width, targets, strength).ok_or_else(|| {
            let reason = "its linear system has no finite solution".to_owned();
            ClassifierError::Machine { machine: "last layer", reason }
        })?;
        if let Some(last) = model.classifier.last_mut() {
            *last = FullyConnected {
                weight: Param::from_data(TensorData::new(fit.weights, [classes, width]), device),
                bias: Param::from_data(TensorData::new(fit.bias, [classes]), device),
            };
        }
        Ok(model)
    }
}

/// `n / (classes · n_c)` for every class, or nothing for equal weights.
fn class_weights(samples: &[Sample<'_>], classes: usize, rule: ClassWeights) -> Option<Vec<f32>> {
    if rule == ClassWeights::Equal {
        return None;
    }
    let mut counts = vec![0usize; classes];
    samples.iter().for_each(|s| counts[s.class] += 1);
    Some(counts.iter().map(|c| samples.len() as f32 / (classes * (*c).max(1)) as f32).collect())
}
