use std::collections::HashMap;

use microexpr_core::{Digest, Digester, OutOfRange};
use microexpr_evaluation::{
    Answer, ChosenEpoch, Explanation, Learned, Learner, LearnerDescription, Task, TrainingLog,
};
use microexpr_graph::VideoGraph;

use crate::network_fold::NetworkFold;
use crate::network_input::{Alpha, NetworkInput};
use crate::training::Sample;
use crate::training_set::{TrainingItem, training_items};
use crate::{ClassifierError, Device, SavedModel, Settings, saved_model};

/// The network's name as a learner.
pub(crate) const NETWORK: &str = "network";

/// Version of the training code: to be raised whenever the same graphs, settings and seed give another network, so that finished
/// folds of the code before are not taken for this one's. A test pins what a small training gives.
pub const TRAINING_VERSION: u32 = 2;

/// The two-stream network as a [`Learner`]: holds the graphs of the examples, trains on some and answers for others.
///
/// # Example
///
/// `examples/own_graphs.rs` of the repository evaluates it on graphs that are built in memory.
#[derive(Debug)]
pub struct NetworkLearner {
    settings: Settings,
    device: Device,
    clips: Vec<ClipInputs>,
    identity: Digest,
}

/// The graphs of one clip.
#[derive(Debug, Clone)]
pub(crate) struct ClipInputs {
    /// Digest of what they were made from.
    pub(crate) source: Digest,
    /// By magnification.
    pub(crate) at: HashMap<Alpha, NetworkInput>,
}

impl NetworkLearner {
    /// A learner on graphs that are there already: `graphs[i]` are those of example i, one or several of which each is learned
    /// from and whose class scores are averaged. All graphs have equally many landmarks and equally wide node features.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::OutOfRange`] for settings out of range, and for `training.augmentation_alphas`: a graph cannot be
    /// magnified; [`ClassifierError::NoGraph`] for an example without graphs; [`ClassifierError::UnlikeGraphs`] if they differ in
    /// landmarks or widths; device errors.
    pub fn new(
        graphs: Vec<Vec<VideoGraph>>,
        settings: Settings,
        device: Device,
    ) -> Result<Self, ClassifierError> {
        let alphas = &settings.training.augmentation_alphas;
        OutOfRange::unless(
            alphas.is_empty(),
            "augmentation_alphas",
            "empty: graphs cannot be magnified",
            format!("{alphas:?}"),
        )?;
        check_alike(&graphs)?;
        let alpha = Alpha::from(settings.pipeline.alpha());
        let clip = |graphs| {
            let input = NetworkInput::of_graphs(graphs)?;
            Ok(ClipInputs { source: input.digest, at: HashMap::from([(alpha, input)]) })
        };
        let clips = graphs.into_iter().map(clip).collect::<Result<_, ClassifierError>>()?;
        Self::of_clips(clips, settings, device)
    }

    pub(crate) fn of_clips(
        clips: Vec<ClipInputs>,
        settings: Settings,
        device: Device,
    ) -> Result<Self, ClassifierError> {
        settings.check()?;
        device.probe()?;
        let identity = settings.identity()?;
        Ok(Self { settings, device, clips, identity })
    }

    /// Trains on all examples, whose classes are given as indices of the class names, and takes the result for a model.
    /// `trained_on` says what they are. `step_done` is called after every epoch of every network.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::OutOfRange`] if the settings choose the number of epochs by inner validation, which would need
    /// examples to be held out, or for a class that does not exist; [`ClassifierError::NoTrainingClips`],
    /// [`ClassifierError::Diverged`].
    pub fn train(
        &self,
        labels: &[usize],
        classes: Vec<String>,
        seed: u64,
        trained_on: String,
        step_done: &mut dyn FnMut(),
    ) -> Result<SavedModel, ClassifierError> {
        let fixed = self.settings.inner_validation.is_none();
        let expected = "absent: a network trained on every clip has none left to choose the epoch on";
        OutOfRange::unless(fixed, "inner_validation", expected, "inner validation")?;
        let sound = labels.len() == self.clips.len() && labels.iter().all(|label| *label < classes.len());
        OutOfRange::unless(
            sound,
            "labels",
            "one class of the class names for every example",
            format!("{labels:?}"),
        )?;
        let train: Vec<(usize, usize)> = labels.iter().copied().enumerate().collect();
        let samples = self.samples(&training_items(&train, &self.settings));
        let settings = &self.settings;
        let training =
            saved_model::Training { samples: &samples, classes, settings, seed, trained_on, step_done };
        self.device.run(training)?
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The graphs of the training items, each with its clip's class.
    pub(crate) fn samples(&self, items: &[TrainingItem]) -> Vec<Sample<'_>> {
        let of = |item: &TrainingItem| {
            let graphs = self.clips[item.clip].at.get(&item.alpha.into()).map_or(&[][..], |i| &i.graphs);
            let class = item.class;
            graphs.iter().map(move |graph| Sample { graph, class })
        };
        items.iter().flat_map(of).collect()
    }

    /// A clip as it is tested.
    pub(crate) fn input(&self, clip: usize) -> &NetworkInput {
        let alpha = Alpha::from(self.settings.pipeline.alpha());
        self.clips[clip].at.get(&alpha).expect("every clip is prepared at the magnification of the tests")
    }
}

impl Learner for NetworkLearner {
    type Error = ClassifierError;

    fn description(&self) -> LearnerDescription {
        LearnerDescription {
            name: NETWORK.to_owned(),
            version: TRAINING_VERSION,
            device: self.device.to_string(),
            identity: self.identity,
            settings: self.settings.to_json(),
        }
    }

    fn digest(&self, example: usize) -> Digest {
        self.clips[example].source
    }

    /// The very numbers of the graphs, those of every copy included.
    fn identify(&self, task: &Task<'_>, identity: &mut Digester) {
        for items in self.training_sets(task) {
            identity.number(items.len() as u64);
            for TrainingItem { clip, alpha, .. } in items {
                let input = self.clips[clip].at.get(&alpha.into());
                identity.add(input.map_or(&[][..], |input| input.digest.bytes()));
            }
        }
        task.test.iter().for_each(|clip| {
            identity.add(self.input(*clip).digest.bytes());
        });
    }

    /// Epochs that a fold runs at most; the choice of an epoch trains one network more.
    fn steps(&self) -> usize {
        let choosing = usize::from(self.settings.inner_validation.is_some());
        let training = &self.settings.training;
        (choosing + training.networks) * training.steps()
    }

    fn workers(&self) -> usize {
        self.device.workers()
    }

    fn learn(&self, task: &Task<'_>) -> Result<Learned, ClassifierError> {
        self.device.run(NetworkFold { learner: self, task })?
    }
}

impl NetworkLearner {
    /// What a task trains on: the fold's training set and, where the epoch is chosen, that of the inner validation.
    fn training_sets(&self, task: &Task<'_>) -> Vec<Vec<TrainingItem>> {
        let all: Vec<usize> = (0..task.train.len()).collect();
        let inner = self.settings.inner_validation.and_then(|validation| {
            let subjects: Vec<&str> = task.train.iter().map(|e| e.subject).collect();
            validation.split(&subjects, task.seed).ok().map(|fold| fold.train)
        });
        std::iter::once(all).chain(inner).map(|places| self.training_items(task, &places)).collect()
    }

    /// The training examples at these places of the task's list, with their copies.
    pub(crate) fn training_items(&self, task: &Task<'_>, places: &[usize]) -> Vec<TrainingItem> {
        let clips = places.iter().map(|place| (task.train[*place].index, task.train[*place].class));
        training_items(&clips.collect::<Vec<_>>(), &self.settings)
    }
}

/// Puts what came of a fold together.
pub(crate) fn learned(
    answers: Vec<(Vec<f64>, Explanation)>,
    copies: usize,
    losses: Vec<f64>,
    chosen_epoch: Option<ChosenEpoch>,
    lambdas: Vec<f64>,
) -> Learned {
    let answer = |(probabilities, explanation)| Answer { probabilities, explanation };
    Learned {
        answers: answers.into_iter().map(answer).collect(),
        log: TrainingLog { copies, losses, chosen_epoch, lambdas },
    }
}

/// Refuses graphs that cannot lie side by side in a batch.
pub(crate) fn check_alike(graphs: &[Vec<VideoGraph>]) -> Result<(), ClassifierError> {
    let shape = |graph: &VideoGraph| {
        [graph.landmarks(), graph.location().node_features().ncols(), graph.flow().node_features().ncols()]
    };
    let mut first = None;
    for (example, graphs) in graphs.iter().enumerate() {
        if graphs.iter().all(|graph| graph.nodes() == 0) {
            return Err(ClassifierError::NoGraph { example });
        }
        for graph in graphs {
            let (expected, found) = (*first.get_or_insert(shape(graph)), shape(graph));
            if expected != found {
                return Err(ClassifierError::UnlikeGraphs { example, expected, found });
            }
        }
    }
    Ok(())
}
