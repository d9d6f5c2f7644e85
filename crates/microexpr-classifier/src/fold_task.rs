use std::time::Instant;

use burn::module::AutodiffModule;
use burn::tensor::backend::AutodiffBackend;
use microexpr_data::Fold;
use microexpr_gnn::{GraphBackend, TwoStreamModel};
use microexpr_graph::VideoGraph;

use crate::committee::{Answer, Committee};
use crate::device::OnBackend;
use crate::epoch_count::EpochCount;
use crate::explanation::FrameExplanation;
use crate::fold_runner::{FoldRunner, largest};
use crate::training::{Trained, train};
use crate::{ChosenEpoch, ClassifierError, ClipPrediction, FoldResult, InnerValidation, TrainingSettings};

/// Training and testing of one fold, on any backend.
pub(crate) struct FoldTask<'a> {
    pub(crate) runner: &'a FoldRunner<'a>,
    pub(crate) fold: &'a Fold,
    /// Seed of the run.
    pub(crate) seed: u64,
    /// Seed of this fold's random numbers.
    pub(crate) random: u64,
    pub(crate) epochs: &'a EpochCount<'a>,
}

impl OnBackend for FoldTask<'_> {
    type Output = Result<FoldResult, ClassifierError>;

    fn run<B>(self, device: &B::Device) -> Self::Output
    where
        B: AutodiffBackend + GraphBackend,
        B::InnerBackend: GraphBackend,
    {
        let (runner, fold) = (self.runner, self.fold);
        let started = Instant::now();
        let mut training = runner.settings.training.clone();
        let chosen_epoch = match runner.settings.inner_validation {
            Some(validation) => Some(self.choose_epoch::<B>(validation, &training, device)?),
            None => None,
        };
        if let Some(chosen) = &chosen_epoch {
            // The epochs that are not run any more count as done.
            self.epochs.add(training.networks * (training.epochs - chosen.epoch));
            training.epochs = chosen.epoch;
        }
        let (samples, copies) = runner.samples(&fold.train);
        let (classes, model) = (runner.classes, &runner.settings.model);
        let mut epoch_done = |_: &TwoStreamModel<B>, _| {
            self.epochs.add(1);
            Ok(())
        };
        let trained = train::<B>(&samples, classes, model, &training, self.random, device, &mut epoch_done)?;
        Ok(FoldResult {
            held_out: fold.held_out.clone(),
            seed: self.seed,
            training_clips: fold.train.len(),
            copies,
            predictions: self.test(&trained, device)?,
            lambdas: trained.committee.lambdas(),
            losses: trained.losses,
            chosen_epoch,
            seconds: started.elapsed().as_secs_f64(),
        })
    }
}

impl FoldTask<'_> {
    /// Answers for the held-out clips, one by one: each as if it were the only clip there is.
    fn test<B>(
        &self,
        trained: &Trained<B>,
        device: &B::Device,
    ) -> Result<Vec<ClipPrediction>, ClassifierError>
    where
        B: AutodiffBackend + GraphBackend,
        B::InnerBackend: GraphBackend,
    {
        let (committee, runner) = (trained.committee.valid(), self.runner);
        let columns = runner.settings.model.columns;
        let mut predictions = Vec::with_capacity(self.fold.test.len());
        for index in &self.fold.test {
            let clip = &runner.clips[*index];
            let Some(prepared) = runner.prepared.get(*index, runner.settings.pipeline.alpha()) else {
                continue;
            };
            let (graphs, standardisation) = (prepared.units(), trained.standardisation);
            let Answer { probabilities, attention } =
                committee.answer(graphs, standardisation, columns, device)?;
            let relevance = committee.relevance(graphs, standardisation, columns, device)?;
            predictions.push(ClipPrediction {
                clip: clip.record.id(),
                subject: clip.record.subject_id(),
                seed: self.seed,
                truth: clip.class,
                predicted: largest(&probabilities),
                probabilities,
                frames: FrameExplanation::of(
                    graphs,
                    prepared.frames,
                    &attention.frames,
                    Some(&relevance.frames),
                ),
                attention: attention.landmarks,
                relevance: relevance.landmarks,
            });
        }
        Ok(predictions)
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
        let runner = self.runner;
        let inner = validation.split(self.fold, runner.clips, self.random)?;
        let alpha = runner.settings.pipeline.alpha();
        let graphs = |index: &usize| runner.prepared.get(*index, alpha).map(|p| (*index, p.units()));
        let held_out: Vec<(usize, &[VideoGraph])> = inner.test.iter().filter_map(graphs).collect();
        let (samples, _) = runner.samples(&inner.train);
        let model_settings = &runner.settings.model;
        let mut chosen = ChosenEpoch::new(inner.held_out);
        let mut epoch_done = |model: &TwoStreamModel<B>, standardisation| {
            self.epochs.add(1);
            let alone = Committee { networks: vec![model.valid()] };
            let answers = held_out.iter().map(|(index, graphs)| {
                Ok((
                    runner.clips[*index].class,
                    alone.answer(graphs, standardisation, model_settings.columns, device)?.probabilities,
                ))
            });
            chosen.measure(&answers.collect::<Result<Vec<_>, ClassifierError>>()?)
        };
        let training = TrainingSettings { networks: 1, ..training.clone() };
        train::<B>(
            &samples,
            runner.classes,
            model_settings,
            &training,
            self.random,
            device,
            &mut epoch_done,
        )?;
        Ok(chosen)
    }
}
