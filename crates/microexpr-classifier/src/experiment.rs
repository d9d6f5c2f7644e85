use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use burn::tensor::backend::AutodiffBackend;
use microexpr_data::{DatasetIndex, Fold, LabelScheme, SkippedClip};
use microexpr_gnn::{GraphBackend, TwoStreamModel};

use crate::device::OnBackend;
use crate::evaluation::Timing;
use crate::fold_runner::{FoldRunner, fold_seed};
use crate::paper_figures::PaperProtocol;
use crate::part::{EvaluationPart, Plan};
use crate::plan::{training_items, wanted};
use crate::prepare::{LabelledClip, Prepared, prepare};
use crate::progress::{Progress, ProgressSink};
use crate::saved_model::{ModelDescription, SavedModel};
use crate::training::{Sample, samples, train};
use crate::{Cache, ClassifierError, Device, Evaluation, Pipeline, Protocol, Settings, Shard, key_frames};

/// What an evaluation is asked to do.
#[derive(Debug, Clone)]
pub struct EvaluationRequest<'a> {
    /// The datasets whose clips are pooled.
    pub datasets: &'a [DatasetIndex],
    /// Which labels make which class.
    pub scheme: LabelScheme,
    /// How clips are split.
    pub protocol: Protocol,
    /// Every fold is trained once per seed.
    pub seeds: &'a [u64],
    /// Which share of the folds to run.
    pub shard: Shard,
    /// Folder that keeps finished folds.
    pub out: &'a Path,
}

impl EvaluationRequest<'_> {
    /// All jobs: seed, and number of the fold.
    fn jobs(&self, folds: &[Fold]) -> impl Iterator<Item = (u64, usize)> {
        self.seeds.iter().flat_map(|seed| (0..folds.len()).map(|fold| (*seed, fold)))
    }

    /// The jobs of the shard.
    fn own_jobs(&self, folds: &[Fold]) -> Vec<(u64, usize)> {
        let numbered = self.jobs(folds).enumerate();
        numbered.filter(|(number, _)| self.shard.holds(*number)).map(|(_, job)| job).collect()
    }
}

/// A pipeline, a network and how to train it, ready to be run on datasets.
#[derive(Debug)]
pub struct Experiment {
    /// What decides the results.
    pub settings: Settings,
    /// Where the network runs.
    pub device: Device,
    /// Where graphs are kept between runs.
    pub cache: Cache,
}

impl Experiment {
    /// Leave-one-subject-out evaluation of all clips, once per seed: [`Experiment::evaluate`], whole.
    ///
    /// # Errors
    ///
    /// As [`Experiment::evaluate`].
    pub fn loso(
        &self,
        index: &DatasetIndex,
        scheme: LabelScheme,
        seeds: &[u64],
        out: &Path,
        progress: ProgressSink<'_>,
    ) -> Result<Evaluation, ClassifierError> {
        let datasets = std::slice::from_ref(index);
        let request =
            EvaluationRequest { datasets, scheme, protocol: Protocol::Loso, seeds, shard: Shard::WHOLE, out };
        Evaluation::merge(vec![self.evaluate(&request, progress)?])
    }

    /// Trains and tests the folds of a protocol, once per seed; no test subject is ever seen in training, and nothing is
    /// tuned on one. Finished folds are kept in `out/folds`, so a killed run goes on where it stopped. Nothing else is
    /// written; see [`Evaluation::merge`] and [`Evaluation::write`].
    ///
    /// # Errors
    ///
    /// [`ClassifierError::NoUsableClips`], [`ClassifierError::TooFewSubjects`], device and file errors. A single unusable
    /// clip is no error: it is listed in [`Evaluation::skipped`].
    pub fn evaluate(
        &self,
        request: &EvaluationRequest<'_>,
        progress: ProgressSink<'_>,
    ) -> Result<EvaluationPart, ClassifierError> {
        self.check()?;
        let (datasets, scheme) = (request.datasets, request.scheme);
        let started = Instant::now();
        let split = |clips: &[LabelledClip<'_>]| {
            let folds = request.protocol.folds(clips)?;
            self.training_sets(clips, &folds, &request.own_jobs(&folds))
        };
        let (clips, prepared, mut skipped) = self.prepare(datasets, scheme, &split, progress)?;
        skipped.splice(0..0, datasets.iter().flat_map(|d| d.skipped.iter().cloned()));
        let folds = request.protocol.folds(&clips)?;
        let preparing_seconds = started.elapsed().as_secs_f64();
        let classes: Vec<String> = scheme.classes().iter().map(ToString::to_string).collect();
        let store = request.out.join("folds");
        let runner = FoldRunner {
            clips: &clips,
            prepared: &prepared,
            classes: classes.len(),
            settings: &self.settings,
            device: self.device,
            store: &store,
            progress,
        };
        let results = runner.run_all(&folds, &request.own_jobs(&folds))?;
        let key_frames =
            key_frames::of_wrong_answers(&clips, &prepared, self.settings.pipeline.alpha(), &results);
        let training_seconds = started.elapsed().as_secs_f64() - preparing_seconds;
        let mut warnings: Vec<String> = datasets.iter().flat_map(|d| d.warnings.iter().cloned()).collect();
        warnings.extend(
            datasets
                .iter()
                .filter_map(|d| d.protocol_note(scheme).map(|note| format!("{}: {note}", d.layout))),
        );
        warnings.extend(class_notes(&clips, scheme));
        let names: BTreeSet<String> = clips.iter().map(|c| c.record.dataset.to_string()).collect();
        let names = Vec::from_iter(names).join(" + ");
        Ok(EvaluationPart {
            shard: request.shard,
            plan: Plan {
                protocol: format!("{names}, {} classes, {}", classes.len(), request.protocol.describe()),
                jobs: request.jobs(&folds).map(|(s, f)| (s, folds[f].held_out.clone())).collect(),
                classes,
                skipped,
                warnings,
                paper_protocol: PaperProtocol::of(&request.protocol, scheme, &clips),
                settings: self.settings.clone(),
            },
            folds: results,
            key_frames,
            timing: Timing { preparing_seconds, training_seconds },
        })
    }

    /// Trains one network on all clips of a dataset.
    ///
    /// # Errors
    ///
    /// As [`Experiment::loso`].
    pub fn train(
        &self,
        index: &DatasetIndex,
        scheme: LabelScheme,
        seed: u64,
        progress: ProgressSink<'_>,
    ) -> Result<(SavedModel, Vec<SkippedClip>), ClassifierError> {
        self.check()?;
        if self.settings.inner_validation.is_some() {
            let expected = "absent: a network trained on every clip has none left to choose the epoch on";
            let found = "inner validation".to_owned();
            return Err(ClassifierError::Setting { setting: "inner_validation", expected, found });
        }
        let everything = |clips: &[LabelledClip<'_>]| Ok(vec![(0..clips.len()).collect()]);
        let (clips, prepared, skipped) =
            self.prepare(std::slice::from_ref(index), scheme, &everything, progress)?;
        let all: Vec<usize> = (0..clips.len()).collect();
        let samples = samples(&clips, &prepared, &training_items(&clips, &all, &self.settings));
        let classes: Vec<String> = scheme.classes().iter().map(ToString::to_string).collect();
        let trained_on = format!("{} clips of {}", clips.len(), index.layout);
        let task =
            TrainTask { samples: &samples, classes, settings: &self.settings, seed, trained_on, progress };
        Ok((self.device.run(task)??, skipped))
    }

    /// The clips that each job trains on, those of its inner validation included.
    fn training_sets(
        &self,
        clips: &[LabelledClip<'_>],
        folds: &[Fold],
        jobs: &[(u64, usize)],
    ) -> Result<Vec<Vec<usize>>, ClassifierError> {
        let mut sets = Vec::with_capacity(jobs.len());
        for (seed, number) in jobs {
            let fold = &folds[*number];
            sets.push(fold.train.clone());
            if let Some(validation) = self.settings.inner_validation {
                sets.push(validation.split(fold, clips, fold_seed(*seed, *number))?.train);
            }
        }
        Ok(sets)
    }

    fn check(&self) -> Result<(), ClassifierError> {
        self.settings.check()?;
        self.device.probe()
    }

    /// Graphs of all clips that have a class, at every magnification the split will ask for.
    fn prepare<'a>(
        &self,
        datasets: &'a [DatasetIndex],
        scheme: LabelScheme,
        training_sets: TrainingSets<'_>,
        progress: ProgressSink<'_>,
    ) -> Result<(Vec<LabelledClip<'a>>, Prepared, Vec<SkippedClip>), ClassifierError> {
        let pipeline = Pipeline::new(&self.settings.pipeline)?;
        let labelled = datasets
            .iter()
            .flat_map(|d| &d.clips)
            .filter_map(|record| scheme.class_of(record).map(|class| LabelledClip { record, class }));
        let mut clips: Vec<LabelledClip<'a>> = labelled.collect();
        let mut skipped = Vec::new();
        loop {
            let sets = training_sets(&clips)?;
            let wanted = wanted(&clips, sets.iter().map(Vec::as_slice), &self.settings);
            let (prepared, failed) = prepare(&clips, &wanted, &pipeline, &self.cache, progress)?;
            if failed.is_empty() {
                return Ok((clips, prepared, skipped));
            }
            // Without the failed clips classes balance differently, so other magnifications may be needed.
            let tried = clips.len();
            clips.retain(|clip| failed.iter().all(|f| f.id != clip.record.id()));
            skipped.extend(failed);
            if clips.is_empty() {
                let reason = skipped.first().map(|s| s.reason.clone()).unwrap_or_default();
                return Err(ClassifierError::NoUsableClips { clips: tried, reason });
            }
        }
    }
}

/// Classes that nothing can be recognised in.
fn class_notes(clips: &[LabelledClip<'_>], scheme: LabelScheme) -> Vec<String> {
    let classes = scheme.classes().iter().enumerate();
    let absent = classes.filter(|(class, _)| clips.iter().all(|c| c.class != *class));
    absent.map(|(_, name)| format!("no clip is of the class {name}: it scores 0 in UF1 and UAR")).collect()
}

/// The training sets that will be asked for, as indices of the clips.
type TrainingSets<'a> = &'a dyn Fn(&[LabelledClip<'_>]) -> Result<Vec<Vec<usize>>, ClassifierError>;

struct TrainTask<'a> {
    samples: &'a [Sample<'a>],
    classes: Vec<String>,
    settings: &'a Settings,
    seed: u64,
    trained_on: String,
    progress: ProgressSink<'a>,
}

impl OnBackend for TrainTask<'_> {
    type Output = Result<SavedModel, ClassifierError>;

    fn run<B>(self, device: &B::Device) -> Self::Output
    where
        B: AutodiffBackend + GraphBackend,
        B::InnerBackend: GraphBackend,
    {
        let total = self.settings.training.networks * self.settings.training.epochs;
        let mut done = 0;
        let mut epoch_done = |_: &TwoStreamModel<B>, _| {
            done += 1;
            (self.progress)(Progress::Training { done, total });
            Ok(())
        };
        let (model, training) = (&self.settings.model, &self.settings.training);
        let classes = self.classes.len();
        let trained = train::<B>(self.samples, classes, model, training, self.seed, device, &mut epoch_done)?;
        let first = self.samples.first().ok_or(ClassifierError::NoTrainingClips)?.graph;
        let description = ModelDescription {
            classes: self.classes,
            pipeline: self.settings.pipeline.clone(),
            model: model.clone(),
            networks: training.networks,
            standardisation: trained.standardisation,
            node_features: model.input_widths(first),
            trained_on: self.trained_on,
        };
        SavedModel::of(&trained.committee, description)
    }
}
