use std::path::Path;
use std::time::Instant;

use burn::tensor::backend::AutodiffBackend;
use microexpr_data::{DatasetIndex, LabelScheme, SkippedClip};
use microexpr_gnn::GraphBackend;

use crate::device::OnBackend;
use crate::evaluation::{Heading, Timing};
use crate::folds::FoldRunner;
use crate::plan::{loso_folds, training_items, wanted};
use crate::prepare::{LabelledClip, Prepared, prepare};
use crate::progress::{Progress, ProgressSink};
use crate::saved_model::{ModelDescription, SavedModel};
use crate::training::{Sample, train};
use crate::{Cache, ClassifierError, Device, Evaluation, Pipeline, Settings};

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
    /// Leave-one-subject-out evaluation of the dataset's clips, once per seed; the pooled scores never see a test subject in
    /// training, and nothing is tuned on one. Finished folds are kept in `out/folds`, so a killed run goes on where it
    /// stopped. Nothing else is written; see [`Evaluation::write`].
    ///
    /// # Errors
    ///
    /// [`ClassifierError::NoUsableClips`], [`ClassifierError::TooFewSubjects`], device and file errors. A single unusable
    /// clip is no error: it is listed in [`Evaluation::skipped`].
    pub fn loso(
        &self,
        index: &DatasetIndex,
        scheme: LabelScheme,
        seeds: &[u64],
        out: &Path,
        progress: ProgressSink<'_>,
    ) -> Result<Evaluation, ClassifierError> {
        self.check()?;
        let started = Instant::now();
        let (clips, prepared, mut skipped) = self.prepare(index, scheme, Split::Loso, progress)?;
        skipped.splice(0..0, index.skipped.iter().cloned());
        let folds = loso_folds(&clips)?;
        let preparing_seconds = started.elapsed().as_secs_f64();
        let classes: Vec<String> = scheme.classes().iter().map(ToString::to_string).collect();
        let store = out.join("folds");
        let runner = FoldRunner {
            clips: &clips,
            prepared: &prepared,
            classes: classes.len(),
            settings: &self.settings,
            device: self.device,
            store: &store,
            progress,
        };
        let results = runner.run_all(&folds, seeds)?;
        let training_seconds = started.elapsed().as_secs_f64() - preparing_seconds;
        let mut warnings = index.warnings.clone();
        warnings.extend(index.protocol_note(scheme));
        let heading = Heading {
            protocol: format!("{}, {} classes, leave one subject out", index.layout, classes.len()),
            classes,
            skipped,
            warnings,
            timing: Timing { preparing_seconds, training_seconds },
        };
        Evaluation::of(heading, results, &self.settings)
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
        let (clips, prepared, skipped) = self.prepare(index, scheme, Split::TrainOnAll, progress)?;
        let all: Vec<usize> = (0..clips.len()).collect();
        let samples: Vec<Sample<'_>> = training_items(&clips, &all, &self.settings)
            .iter()
            .filter_map(|item| {
                let graph = &prepared.get(item.clip, item.alpha)?.graph;
                Some(Sample { graph, class: clips[item.clip].class })
            })
            .collect();
        let classes: Vec<String> = scheme.classes().iter().map(ToString::to_string).collect();
        let trained_on = format!("{} clips of {}", clips.len(), index.layout);
        let task =
            TrainTask { samples: &samples, classes, settings: &self.settings, seed, trained_on, progress };
        Ok((self.device.run(task)??, skipped))
    }

    fn check(&self) -> Result<(), ClassifierError> {
        self.settings.check()?;
        self.device.probe()
    }

    /// Graphs of all clips that have a class, at every magnification the split will ask for.
    fn prepare<'a>(
        &self,
        index: &'a DatasetIndex,
        scheme: LabelScheme,
        split: Split,
        progress: ProgressSink<'_>,
    ) -> Result<(Vec<LabelledClip<'a>>, Prepared, Vec<SkippedClip>), ClassifierError> {
        let pipeline = Pipeline::new(&self.settings.pipeline)?;
        let labelled = index
            .clips
            .iter()
            .filter_map(|record| scheme.class_of(record).map(|class| LabelledClip { record, class }));
        let mut clips: Vec<LabelledClip<'a>> = labelled.collect();
        let mut skipped = Vec::new();
        loop {
            let training_sets = split.training_sets(&clips)?;
            let wanted = wanted(&clips, training_sets.iter().map(Vec::as_slice), &self.settings);
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

/// Which training sets will be asked for.
#[derive(Debug, Clone, Copy)]
enum Split {
    Loso,
    TrainOnAll,
}

impl Split {
    fn training_sets(self, clips: &[LabelledClip<'_>]) -> Result<Vec<Vec<usize>>, ClassifierError> {
        match self {
            Self::Loso => Ok(loso_folds(clips)?.into_iter().map(|fold| fold.train).collect()),
            Self::TrainOnAll => Ok(vec![(0..clips.len()).collect()]),
        }
    }
}

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
        let total = self.settings.training.epochs;
        let mut done = 0;
        let mut epoch_done = || {
            done += 1;
            (self.progress)(Progress::Training { done, total });
        };
        let (model, training) = (&self.settings.model, &self.settings.training);
        let classes = self.classes.len();
        let trained = train::<B>(self.samples, classes, model, training, self.seed, device, &mut epoch_done)?;
        let first = self.samples.first().ok_or(ClassifierError::NoTrainingClips)?.graph;
        let description = ModelDescription {
            classes: self.classes,
            pipeline: self.settings.pipeline.clone(),
            model: model.clone(),
            standardisation: trained.standardisation,
            node_features: [first.position(), first.patch()].map(|s| s.node_features().ncols()),
            trained_on: self.trained_on,
        };
        SavedModel::of(&trained.model, description)
    }
}
