use burn::module::AutodiffModule;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams, Optimizer};
use burn::prelude::*;
use burn::tensor::activation::softmax;
use burn::tensor::backend::AutodiffBackend;
use microexpr_core::{Digest, OutOfRange};
use microexpr_evaluation::{Answer, Learned, Learner, LearnerDescription, Task, TrainingLog};
use microexpr_flow::FlowMap;
use microexpr_gnn::{GraphBackend, SeededRng};
use serde::{Deserialize, Serialize};

use super::machine_learner::balanced_weights;
use super::ststnet::{ROWS, Ststnet, neighbourhoods};
use crate::device::OnBackend;
use crate::{ClassifierError, Device};

/// Version of the training: to be raised when the same maps and seed give other answers.
const VERSION: u32 = 1;

/// Settings of a [`StstnetLearner`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StstnetParams {
    /// Passes over the training maps; the last one's weights are used.
    pub epochs: usize,
    /// Maps per step.
    pub batch_size: usize,
    /// Adam's constant rate.
    pub learning_rate: f64,
}

/// As chosen on a third of the subjects of the published flow maps.
impl Default for StstnetParams {
    fn default() -> Self {
        Self { epochs: 20, batch_size: 64, learning_rate: 3e-3 }
    }
}

impl StstnetParams {
    fn check(&self) -> Result<(), OutOfRange> {
        let Self { epochs, batch_size, learning_rate: rate } = *self;
        OutOfRange::unless((1..=1_000_000).contains(&epochs), "epochs", "1 to 1000000", epochs)?;
        OutOfRange::unless((1..=1_000_000).contains(&batch_size), "batch_size", "1 to 1000000", batch_size)?;
        OutOfRange::unless(rate.is_finite() && rate > 0.0, "learning_rate", "a positive number", rate)
    }
}

/// STSTNet as a [`Learner`], on flow maps; classes weigh the same in total.
#[derive(Debug)]
pub struct StstnetLearner {
    params: StstnetParams,
    device: Device,
    /// The neighbourhoods of every map's pixels, values from −½ to ½.
    maps: Vec<Vec<f32>>,
    digests: Vec<Digest>,
    identity: Digest,
}

impl StstnetLearner {
    /// STSTNet on the maps of the examples.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::OutOfRange`] for settings out of range and for maps of another size than
    /// [`FlowMap::SIZE`]; device errors.
    pub fn new(maps: &[FlowMap], params: StstnetParams, device: Device) -> Result<Self, ClassifierError> {
        params.check()?;
        device.probe()?;
        for map in maps {
            let expected = "28 px, for which STSTNet is made";
            OutOfRange::unless(map.size() == FlowMap::SIZE, "size", expected, map.size())?;
        }
        let identity = Digest::of(&serde_json::to_vec(&params).map_err(ClassifierError::EncodeSettings)?);
        let values = |map: &FlowMap| {
            let channels = [map.u(), map.v(), map.strain()].map(|plane| {
                std::array::from_fn(|row| {
                    std::array::from_fn(|col| f32::from(plane[[row, col]]) / 255.0 - 0.5)
                })
            });
            neighbourhoods(&channels)
        };
        let maps: Vec<Vec<f32>> = maps.iter().map(values).collect();
        let bytes = |map: &Vec<f32>| map.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        let digests = maps.iter().map(|map| Digest::of(&bytes(map))).collect();
        Ok(Self { params, device, maps, digests, identity })
    }

    /// Some of the maps, as [`Ststnet::forward`] takes them.
    fn tensor<B: Backend>(&self, maps: &[usize], device: &B::Device) -> Tensor<B, 2> {
        let values: Vec<f32> = maps.iter().flat_map(|map| &self.maps[*map]).copied().collect();
        let shape = [maps.len() * ROWS, values.len() / (maps.len() * ROWS).max(1)];
        Tensor::from_data(TensorData::new(values, shape), device)
    }
}

impl Learner for StstnetLearner {
    type Error = ClassifierError;

    fn description(&self) -> LearnerDescription {
        LearnerDescription {
            name: "STSTNet".to_owned(),
            version: VERSION,
            device: self.device.to_string(),
            identity: self.identity,
            settings: serde_json::to_value(self.params).unwrap_or_default(),
        }
    }

    fn digest(&self, example: usize) -> Digest {
        self.digests[example]
    }

    fn steps(&self) -> usize {
        self.params.epochs
    }

    fn workers(&self) -> usize {
        self.device.workers()
    }

    fn learn(&self, task: &Task<'_>) -> Result<Learned, ClassifierError> {
        self.device.run(StstnetFold { learner: self, task })?
    }
}

/// Training and testing of one fold, on any backend.
struct StstnetFold<'a> {
    learner: &'a StstnetLearner,
    task: &'a Task<'a>,
}

impl OnBackend for StstnetFold<'_> {
    type Output = Result<Learned, ClassifierError>;

    fn run<B>(self, device: &B::Device) -> Self::Output
    where
        B: AutodiffBackend + GraphBackend,
        B::InnerBackend: GraphBackend,
    {
        let Self { learner, task } = self;
        let (network, losses) = self.train::<B>(device)?;
        let network = network.valid();
        let scores = network.forward(learner.tensor(task.test, device));
        let probabilities: Vec<f64> = softmax(scores, 1).into_data().iter::<f64>().collect();
        let answers = probabilities.chunks(task.classes).map(|row| Answer::from(row.to_vec())).collect();
        Ok(Learned { answers, log: TrainingLog { losses, ..TrainingLog::default() } })
    }
}

impl StstnetFold<'_> {
    /// The network after the last epoch, and the mean loss of every epoch.
    fn train<B: AutodiffBackend>(
        &self,
        device: &B::Device,
    ) -> Result<(Ststnet<B>, Vec<f64>), ClassifierError> {
        let Self { learner, task } = *self;
        let StstnetParams { epochs, batch_size, learning_rate } = learner.params;
        let labels: Vec<usize> = task.train.iter().map(|example| example.class).collect();
        let weights = balanced_weights(&labels, task.classes).into_iter().map(|w| w as f32).collect();
        let loss = CrossEntropyLossConfig::new().with_weights(Some(weights)).init::<B>(device);
        let mut random = SeededRng::new(task.seed);
        let mut network = Ststnet::<B>::new(task.classes, device, &mut random);
        let mut optimizer = AdamConfig::new().init();
        let mut losses = Vec::with_capacity(epochs);
        for epoch in 1..=epochs {
            let order = random.permutation(labels.len());
            let mut sum = 0.0;
            for step in order.chunks(batch_size) {
                let maps: Vec<usize> = step.iter().map(|place| task.train[*place].index).collect();
                let targets: Vec<i64> = step.iter().map(|place| labels[*place] as i64).collect();
                let targets = Tensor::from_data(TensorData::new(targets, [step.len()]), device);
                let scores = network.forward(learner.tensor(&maps, device));
                let value = loss.forward(scores, targets);
                sum += value.clone().into_scalar().elem::<f64>() * step.len() as f64;
                let gradients = GradientsParams::from_grads(value.backward(), &network);
                network = optimizer.step(learning_rate, network, gradients);
            }
            let loss = sum / labels.len() as f64;
            if !loss.is_finite() {
                return Err(ClassifierError::Diverged { epoch, loss });
            }
            losses.push(loss);
            task.steps.add(1);
        }
        Ok((network, losses))
    }
}
