use burn::module::AutodiffModule;
use burn::tensor::backend::AutodiffBackend;
use microexpr_evaluation::{ChosenEpoch, Explanation, Learned, Task};
use microexpr_gnn::{GraphBackend, TwoStreamModel};

use crate::committee::{Answer, Committee};
use crate::device::OnBackend;
use crate::explanation::frame_explanations;
use crate::network_learner::{NetworkLearner, learned};
use crate::training::{Trained, train};
use crate::{ClassifierError, InnerValidation, TrainingSettings};

/// Training and testing of one fold, on any backend.
pub(crate) struct NetworkFold<'a> {
    pub(crate) learner: &'a NetworkLearner,
    pub(crate) task: &'a Task<'a>,
}

impl OnBackend for NetworkFold<'_> {
    type Output = Result<Learned, ClassifierError>;

    fn run<B>(self, device: &B::Device) -> Self::Output
    where
        B: AutodiffBackend + GraphBackend,
        B::InnerBackend: GraphBackend,
    {
        let Self { learner, task } = self;
        let mut training = learner.settings().training.clone();
        let chosen_epoch = match learner.settings().inner_validation {
            Some(validation) => Some(self.choose_epoch::<B>(validation, &training, device)?),
            None => None,
        };
        if let Some(chosen) = &chosen_epoch {
            // The epochs that are not run any more count as done.
            task.steps.add(training.networks * (training.epochs - chosen.epoch));
            training.epochs = chosen.epoch;
        }
        let all: Vec<usize> = (0..task.train.len()).collect();
        let items = learner.training_items(task, &all);
        let (samples, model) = (learner.samples(&items), &learner.settings().model);
        let mut epoch_done = |_: &TwoStreamModel<B>, _| {
            task.steps.add(1);
            Ok(())
        };
        let trained =
            train::<B>(&samples, task.classes, model, &training, task.seed, device, &mut epoch_done)?;
        let lambdas = trained.committee.lambdas();
        let answers = self.test(&trained, device)?;
        Ok(learned(answers, items.len() - all.len(), trained.losses, chosen_epoch, lambdas))
    }
}

impl NetworkFold<'_> {
    /// Answers for the held-out clips, one by one: each as if it were the only clip there is.
    fn test<B>(
        &self,
        trained: &Trained<B>,
        device: &B::Device,
    ) -> Result<Vec<(Vec<f64>, Explanation)>, ClassifierError>
    where
        B: AutodiffBackend + GraphBackend,
        B::InnerBackend: GraphBackend,
    {
        let (committee, standardisation) = (trained.committee.valid(), trained.standardisation);
        let columns = self.learner.settings().model.columns;
        let mut answers = Vec::with_capacity(self.task.test.len());
        for clip in self.task.test {
            let input = self.learner.input(*clip);
            let graphs = &input.graphs;
            let Answer { probabilities, attention } =
                committee.answer(graphs, standardisation, columns, device)?;
            let relevance = committee.relevance(graphs, standardisation, columns, device)?;
            let explanation = Explanation {
                frames: frame_explanations(graphs, input.frames, &attention.frames, Some(&relevance.frames)),
                attention: attention.landmarks,
                relevance: relevance.landmarks,
            };
            answers.push((probabilities, explanation));
        }
        Ok(answers)
    }

    /// Trains one network on a part of the training subjects and tests it on the others after every epoch.
    fn choose_epoch<B>(
        &self,
        validation: InnerValidation,
        training: &TrainingSettings,
        device: &B::Device,
    ) -> Result<ChosenEpoch, ClassifierError>
    where
        B: AutodiffBackend + GraphBackend,
        B::InnerBackend: GraphBackend,
    {
        let Self { learner, task } = self;
        let subjects: Vec<&str> = task.train.iter().map(|e| e.subject).collect();
        let inner = validation.split(&subjects, task.seed)?;
        let model_settings = &learner.settings().model;
        let mut chosen = ChosenEpoch::new(inner.held_out);
        let mut epoch_done = |model: &TwoStreamModel<B>, standardisation| {
            task.steps.add(1);
            let alone = Committee { networks: vec![model.valid()] };
            let answers = inner.test.iter().map(|place| {
                let (clip, class) = (task.train[*place].index, task.train[*place].class);
                let graphs = &learner.input(clip).graphs;
                Ok((class, alone.probabilities(graphs, standardisation, model_settings.columns, device)?))
            });
            Ok(chosen.measure(&answers.collect::<Result<Vec<_>, ClassifierError>>()?)?)
        };
        let training = TrainingSettings { networks: 1, ..training.clone() };
        let samples = learner.samples(&learner.training_items(task, &inner.train));
        train::<B>(&samples, task.classes, model_settings, &training, task.seed, device, &mut epoch_done)?;
        Ok(chosen)
    }
}
