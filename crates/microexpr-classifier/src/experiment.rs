use std::path::Path;
use std::time::Instant;

use microexpr_core::atomic_file;
use microexpr_data::{DatasetIndex, LabelScheme, SkippedClip};
use microexpr_evaluation::{
    EvaluationError, EvaluationRequest, Example, Leaks, LeftOut, Protocol, Shard, Steps,
};
use microexpr_pipeline::{Cache, Pipeline};

use crate::network_input::Edges;
use crate::paper_figures::PaperProtocol;
use crate::prepare::{LabelledClip, prepare};
use crate::progress::{Progress, ProgressSink};
use crate::training_set::wanted;
use crate::{
    ClassifierError, Device, LearnerName, MachineLearner, MachineParams, NetworkLearner, Outcome,
    OutcomePart, SavedModel, Settings, key_frames, turned_heads,
};

/// What an experiment is asked to do.
#[derive(Debug, Clone)]
pub struct ExperimentRequest<'a> {
    /// The datasets whose clips are pooled.
    pub datasets: &'a [DatasetIndex],
    /// Who learns; machines see the graphs' node features.
    pub learner: LearnerName,
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
    /// What is done about clips that let a split by subject leak.
    pub leaks: Leaks,
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

/// Clips with their graphs, and those left out.
struct PreparedClips<'a> {
    clips: Vec<LabelledClip<'a>>,
    skipped: Vec<SkippedClip>,
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
    ) -> Result<Outcome, ClassifierError> {
        let request = ExperimentRequest {
            datasets: std::slice::from_ref(index),
            learner: LearnerName::Network,
            scheme,
            protocol: Protocol::Loso,
            seeds,
            shard: Shard::WHOLE,
            out,
            leaks: Leaks::Refused,
        };
        Outcome::merge(vec![self.evaluate(&request, progress)?])
    }

    /// Trains and tests the folds of a protocol, once per seed; no test subject is ever seen in training, and nothing is
    /// tuned on one. Finished folds are kept in `out/folds`, so a killed run goes on where it stopped. Nothing else is
    /// written; see [`Outcome::merge`] and [`Outcome::write`].
    ///
    /// # Errors
    ///
    /// [`ClassifierError::NoUsableClips`]; [`ClassifierError::NeedsFlowMaps`]; those of [`EvaluationRequest::run`]; device and
    /// file errors. A single unusable
    /// clip is no error: it is listed in [`Evaluation::skipped`](microexpr_evaluation::Evaluation::skipped).
    pub fn evaluate(
        &self,
        request: &ExperimentRequest<'_>,
        progress: ProgressSink<'_>,
    ) -> Result<OutcomePart, ClassifierError> {
        self.check()?;
        let machine = machine(request.learner)?;
        atomic_file::check_folder(request.out)?;
        let started = Instant::now();
        let (scheme, store) = (request.scheme, request.out.join("folds"));
        let classes: Vec<String> = scheme.classes().iter().map(ToString::to_string).collect();
        let split = |examples: &[Example]| match machine {
            Some(_) => Ok(Vec::new()),
            None => self.training_sets(&request.evaluation(examples, &classes, &store)),
        };
        let PreparedClips { mut clips, skipped } =
            self.prepare(request.datasets, scheme, &split, progress)?;
        let examples: Vec<Example> = clips.iter().map(LabelledClip::example).collect();
        let inputs = clips.iter_mut().filter_map(LabelledClip::take_inputs).collect();
        let learner = NetworkLearner::of_clips(inputs, self.settings.clone(), self.device)?;
        let preparing_seconds = started.elapsed().as_secs_f64();
        let steps = |Steps { done, total }: Steps| progress(Progress::Training { done, total });
        let evaluation = request.evaluation(&examples, &classes, &store);
        let mut part = match machine {
            Some(params) => evaluation.run(&self.machine(&learner, examples.len(), params)?, &steps)?,
            None => evaluation.run(&learner, &steps)?,
        };
        part.timing.preparing_seconds = preparing_seconds;
        part.plan.skipped = skipped.into_iter().map(left_out).collect();
        part.plan.warnings.splice(
            0..0,
            self.warnings(request)
                .into_iter()
                .chain(turned_heads::warning(clips.iter().map(|clip| (clip.record.id(), clip.pose())))),
        );
        let paper = PaperProtocol::of(&request.protocol, scheme, &clips);
        part.plan.paper_protocol = paper.map(|protocol| protocol.name().to_owned());
        let key_frames = key_frames::of_wrong_answers(&clips, &part.folds);
        Ok(OutcomePart { part, key_frames })
    }

    /// Trains one network on all clips of a dataset.
    ///
    /// # Errors
    ///
    /// As [`Experiment::evaluate`] and [`NetworkLearner::train`].
    pub fn train(
        &self,
        index: &DatasetIndex,
        scheme: LabelScheme,
        seed: u64,
        progress: ProgressSink<'_>,
    ) -> Result<(SavedModel, Vec<SkippedClip>), ClassifierError> {
        self.check()?;
        let everything = |examples: &[Example]| Ok(vec![(0..examples.len()).collect()]);
        let PreparedClips { mut clips, skipped } =
            self.prepare(std::slice::from_ref(index), scheme, &everything, progress)?;
        let labels: Vec<usize> = clips.iter().map(|clip| clip.class).collect();
        let inputs = clips.iter_mut().filter_map(LabelledClip::take_inputs).collect();
        let learner = NetworkLearner::of_clips(inputs, self.settings.clone(), self.device)?;
        let classes = scheme.classes().iter().map(ToString::to_string).collect();
        let trained_on = format!("{} clips of {}", clips.len(), index.layout);
        let total = self.settings.training.networks * self.settings.training.steps();
        let mut done = 0;
        let mut step_done = || {
            done += 1;
            progress(Progress::Training { done, total });
        };
        Ok((learner.train(&labels, classes, seed, trained_on, &mut step_done)?, skipped))
    }

    /// A machine on the graphs that the network would be tested on.
    fn machine(
        &self,
        network: &NetworkLearner,
        examples: usize,
        params: MachineParams,
    ) -> Result<MachineLearner, ClassifierError> {
        let graphs = |clip| network.input(clip).graphs.iter().map(|prepared| &prepared.graph).collect();
        let streams = self.settings.model.streams;
        MachineLearner::of_graphs((0..examples).map(graphs), MachineParams { streams, ..params })
    }

    /// The clips that each job trains on, those of its inner validation included.
    fn training_sets(&self, request: &EvaluationRequest<'_>) -> Result<Vec<Vec<usize>>, EvaluationError> {
        let folds = request.protocol.folds(request.examples)?;
        let mut sets = Vec::new();
        for job in request.own_jobs(&folds) {
            let train = &folds[job.fold].train;
            sets.push(train.clone());
            if let Some(validation) = self.settings.inner_validation {
                let subjects: Vec<&str> =
                    train.iter().map(|i| request.examples[*i].subject.as_str()).collect();
                let inner = validation.split(&subjects, job.random())?;
                sets.push(inner.train.iter().map(|place| train[*place]).collect());
            }
        }
        Ok(sets)
    }

    fn check(&self) -> Result<(), ClassifierError> {
        self.settings.check()?;
        self.device.probe()
    }

    fn warnings(&self, request: &ExperimentRequest<'_>) -> Vec<String> {
        let datasets = request.datasets;
        let note =
            |d: &DatasetIndex| d.protocol_note(request.scheme).map(|note| format!("{}: {note}", d.layout));
        let of_datasets = datasets.iter().flat_map(|d| d.warnings.iter().cloned());
        let of_cache = self.cache.warning().map(str::to_owned);
        of_datasets.chain(datasets.iter().filter_map(note)).chain(of_cache).collect()
    }

    /// Graphs of all clips that have a class, at every magnification the split will ask for.
    fn prepare<'a>(
        &self,
        datasets: &'a [DatasetIndex],
        scheme: LabelScheme,
        training_sets: TrainingSets<'_>,
        progress: ProgressSink<'_>,
    ) -> Result<PreparedClips<'a>, ClassifierError> {
        let pipeline = Pipeline::new(&self.settings.pipeline)?;
        let edges = Edges::for_network(&self.settings.model);
        let mut skipped: Vec<SkippedClip> = datasets.iter().flat_map(|d| d.left_out(scheme)).collect();
        let records = datasets.iter().flat_map(|d| &d.clips);
        let mut clips: Vec<LabelledClip<'a>> = records
            .filter_map(|record| scheme.class_of(record).map(|class| LabelledClip::new(record, class)))
            .collect();
        let tried = clips.len();
        loop {
            if clips.is_empty() {
                let reason = skipped.last().map(|s| s.reason.clone()).unwrap_or_default();
                return Err(ClassifierError::NoUsableClips { clips: tried.max(skipped.len()), reason });
            }
            let examples: Vec<Example> = clips.iter().map(LabelledClip::example).collect();
            let classes: Vec<usize> = clips.iter().map(|clip| clip.class).collect();
            let wanted = wanted(&classes, &training_sets(&examples)?, &self.settings);
            let failed = prepare(&mut clips, &wanted, (&pipeline, edges), &self.cache, progress)?;
            if failed.is_empty() {
                return Ok(PreparedClips { clips, skipped });
            }
            // Without the failed clips classes balance differently, so other magnifications may be needed of the others.
            skipped.extend(failed);
        }
    }
}

impl ExperimentRequest<'_> {
    fn evaluation<'b>(
        &'b self,
        examples: &'b [Example],
        classes: &'b [String],
        store: &'b Path,
    ) -> EvaluationRequest<'b> {
        let Self { protocol, seeds, shard, leaks, .. } = self;
        let (shard, leaks) = (*shard, *leaks);
        EvaluationRequest { examples, classes, protocol, seeds, shard, store: Some(store), leaks }
    }
}

/// The machine of that name; none for the network.
fn machine(learner: LearnerName) -> Result<Option<MachineParams>, ClassifierError> {
    match learner {
        LearnerName::Network => Ok(None),
        LearnerName::Ststnet => Err(ClassifierError::NeedsFlowMaps),
        LearnerName::Linear => Ok(Some(MachineParams::LINEAR)),
        LearnerName::Rbf => Ok(Some(MachineParams::RBF)),
        LearnerName::KernelRidge => Ok(Some(MachineParams::KERNEL_RIDGE)),
    }
}

fn left_out(clip: SkippedClip) -> LeftOut {
    let SkippedClip { id, path, reason } = clip;
    LeftOut { id, path, reason }
}

/// The training sets that will be asked for, as indices of the examples.
type TrainingSets<'a> = &'a dyn Fn(&[Example]) -> Result<Vec<Vec<usize>>, EvaluationError>;
