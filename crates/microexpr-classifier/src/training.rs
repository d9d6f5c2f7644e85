use burn::module::{AutodiffModule, Param};
use burn::prelude::*;
use burn::tensor::backend::AutodiffBackend;
#[cfg(feature = "flex")]
use microexpr_gnn::graphwise::HostSample;
use microexpr_gnn::{FullyConnected, GraphBackend, SeededRng, TwoStreamModel};

use crate::batch::BatchLayout;
use crate::committee::{Committee, mean};
#[cfg(feature = "flex")]
use crate::host_graphs::HostLayout;
#[cfg(feature = "flex")]
use crate::host_steps::{HostSteps, host_graphs, host_samples};
use crate::prepared_graph::{GraphView, PreparedGraph};
use crate::ridge::{RidgeTargets, ridge};
use crate::training_settings::{ClassWeights, LastLayer, TrainingSettings};
use crate::training_steps::{RecordedSteps, TrainingSteps};
use crate::weight_average::WeightAverage;
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
    let class_weights = class_weights(samples, classes, settings.class_weights);
    #[cfg(feature = "flex")]
    let graphs = {
        let layout = HostLayout { standardisation, columns: model_settings.columns };
        host_graphs::<B>(if settings.epochs > 0 { samples } else { &[] }, layout)?
    };
    #[cfg(feature = "flex")]
    let host = host_samples(samples, &graphs, class_weights.as_deref());
    let mut random = SeededRng::new(seed);
    let (mut networks, mut losses) = (Vec::new(), Vec::new());
    for _ in 0..settings.networks {
        let start = network.init(device, &mut random);
        let training = NetworkTraining {
            samples,
            #[cfg(feature = "flex")]
            host: &host,
            layout: &layout,
            classes,
            class_weights: class_weights.as_deref(),
            settings,
        };
        let (trained, course) = training.run(start, &mut random, epoch_done)?;
        networks.push(trained);
        losses.push(course);
    }
    Ok(Trained { committee: Committee { networks }, standardisation, losses: mean(&losses) })
}

/// Everything that the training of one network needs beside the network.
struct NetworkTraining<'a, B: Backend> {
    samples: &'a [Sample<'a>],
    /// The samples for training graph by graph; none where that is not possible.
    #[cfg(feature = "flex")]
    host: &'a [HostSample<'a>],
    layout: &'a BatchLayout<'a, B>,
    classes: usize,
    class_weights: Option<&'a [f32]>,
    settings: &'a TrainingSettings,
}

impl<B: AutodiffBackend + GraphBackend> NetworkTraining<'_, B> {
    /// The trained network and the mean loss of every epoch.
    fn run(
        &self,
        start: TwoStreamModel<B>,
        random: &mut SeededRng,
        epoch_done: &mut EpochDone<'_, B>,
    ) -> Result<(TwoStreamModel<B>, Vec<f64>), ClassifierError> {
        let Self { samples, layout, settings, .. } = *self;
        let mut steps = self.steps(start);
        let mut losses = Vec::with_capacity(settings.epochs);
        let mut average = WeightAverage::over(settings.averaged_epochs);
        let mut model = steps.network();
        for _ in 0..settings.epochs {
            let order = random.permutation(samples.len());
            let mut sum = 0.0;
            for places in order.chunks(settings.batch_size.max(1)) {
                sum += steps.step(places, random)? * places.len() as f64;
            }
            let loss = sum / samples.len() as f64;
            if !loss.is_finite() {
                return Err(ClassifierError::Diverged { epoch: losses.len() + 1, loss });
            }
            losses.push(loss);
            model = average.after(steps.network());
            epoch_done(&model, layout.standardisation)?;
        }
        if let LastLayer::Ridge { strength } = settings.last_layer {
            model = self.fit_last_layer(model, strength)?;
            epoch_done(&model, layout.standardisation)?;
        }
        Ok((model, losses))
    }

    /// The fastest way to train the network.
    fn steps(&self, start: TwoStreamModel<B>) -> Box<dyn TrainingSteps<B> + '_> {
        #[cfg(feature = "flex")]
        if let Some(steps) = HostSteps::new(&start, self.host, self.settings) {
            return Box::new(steps);
        }
        let class_weights = self.class_weights.map(<[f32]>::to_vec);
        Box::new(RecordedSteps::new(start, self.samples, self.layout, class_weights, self.settings))
    }

    /// The network with the last layer that fits the training graphs best.
    fn fit_last_layer(
        &self,
        mut model: TwoStreamModel<B>,
        strength: f64,
    ) -> Result<TwoStreamModel<B>, ClassifierError> {
        let Self { samples, layout, settings, classes, class_weights, .. } = *self;
        let BatchLayout { standardisation, columns, device } = *layout;
        let (layout, valid) =
            (BatchLayout::<B::InnerBackend> { standardisation, columns, device }, model.valid());
        let mut features = Vec::new();
        for graphs in samples.chunks(settings.batch_size.max(1)) {
            let graphs: Vec<GraphView<'_>> = graphs.iter().map(|sample| sample.graph.whole()).collect();
            features.extend(valid.features(&layout.batch(&graphs)?).into_data().iter::<f32>());
        }
        let labels: Vec<usize> = samples.iter().map(|sample| sample.class).collect();
        let targets = RidgeTargets { labels: &labels, classes, class_weights };
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
