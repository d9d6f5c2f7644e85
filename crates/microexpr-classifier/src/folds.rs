use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use burn::module::AutodiffModule;
use burn::prelude::*;
use burn::tensor::activation::softmax;
use burn::tensor::backend::AutodiffBackend;
use microexpr_core::atomic_file;
use microexpr_data::Fold;
use microexpr_gnn::GraphBackend;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::batch::batch;
use crate::device::OnBackend;
use crate::explanation::received_attention;
use crate::plan::training_items;
use crate::prepare::{LabelledClip, Prepared};
use crate::progress::{Progress, ProgressSink};
use crate::training::{Sample, Trained, train};
use crate::{ClassifierError, Device, Settings};

/// The network's answer for one clip that it was not trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipPrediction {
    /// `dataset/subject/clip`.
    pub clip: String,
    /// The subject.
    pub subject: String,
    /// Seed of the run.
    pub seed: u64,
    /// True class.
    pub truth: usize,
    /// Predicted class.
    pub predicted: usize,
    /// Probability of every class.
    pub probabilities: Vec<f64>,
    /// Attention that each landmark receives, averaged over kept frames, layers and streams; mean 1.
    pub attention: Vec<f64>,
}

/// One trained fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoldResult {
    /// The subject tested on.
    pub held_out: String,
    /// Seed of the run.
    pub seed: u64,
    /// Training clips.
    pub training_clips: usize,
    /// Magnified copies added to balance the classes.
    pub copies: usize,
    /// Answers for the held-out subject's clips.
    pub predictions: Vec<ClipPrediction>,
    /// Mean training loss of every epoch.
    pub losses: Vec<f64>,
    /// λ of every layer, first stream 1, then stream 2.
    pub lambdas: Vec<f64>,
    /// Time of training and testing, in seconds.
    pub seconds: f64,
}

/// Everything a fold needs beside its split.
pub(crate) struct FoldRunner<'a> {
    pub(crate) clips: &'a [LabelledClip<'a>],
    pub(crate) prepared: &'a Prepared,
    pub(crate) classes: usize,
    pub(crate) settings: &'a Settings,
    pub(crate) device: Device,
    /// Finished folds are kept here, so that a killed run goes on where it stopped.
    pub(crate) store: &'a Path,
    pub(crate) progress: ProgressSink<'a>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    fingerprint: String,
    result: FoldResult,
}

impl FoldRunner<'_> {
    /// Trains the folds that `jobs` names (seed, number of the fold), several side by side, and returns the results in the
    /// order of the jobs.
    pub(crate) fn run_all(
        &self,
        folds: &[Fold],
        jobs: &[(u64, usize)],
    ) -> Result<Vec<FoldResult>, ClassifierError> {
        self.device.probe()?;
        let epochs = Epochs::new(jobs.len() * self.settings.training.epochs, self.progress);
        let next = AtomicUsize::new(0);
        let results = Mutex::new(vec![None; jobs.len()]);
        let failure = Mutex::new(None);
        let workers = self.device.workers().min(jobs.len()).max(1);
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    loop {
                        let job = next.fetch_add(1, Ordering::Relaxed);
                        let Some((seed, fold)) = jobs.get(job).copied() else { break };
                        match in_own_pool(workers, || self.run_or_resume(&folds[fold], fold, seed, &epochs)) {
                            Ok(result) => lock(&results)[job] = Some(result),
                            Err(error) => {
                                next.store(jobs.len(), Ordering::Relaxed);
                                lock(&failure).get_or_insert(error);
                            }
                        }
                    }
                });
            }
        });
        match lock(&failure).take() {
            Some(error) => Err(error),
            None => Ok(lock(&results).drain(..).flatten().collect()),
        }
    }

    fn run_or_resume(
        &self,
        fold: &Fold,
        number: usize,
        seed: u64,
        epochs: &Epochs<'_>,
    ) -> Result<FoldResult, ClassifierError> {
        let fingerprint = self.fingerprint(fold, seed)?;
        let path = self.path(fold, seed);
        if let Some(result) = stored(&path, &fingerprint) {
            epochs.add(self.settings.training.epochs);
            return Ok(result);
        }
        let task = FoldTask { runner: self, fold, number, seed, epochs };
        let result = self.device.run(task)??;
        let stored = Stored { fingerprint, result };
        let text = serde_json::to_vec_pretty(&stored).map_err(ClassifierError::EncodeSettings)?;
        atomic_file::write(&path, &text)?;
        Ok(stored.result)
    }

    fn path(&self, fold: &Fold, seed: u64) -> PathBuf {
        let name: String = fold.held_out.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        self.store.join(format!("{name}-seed{seed}.json"))
    }

    /// What a stored result must agree with: settings, seed, split, and the very numbers of the graphs.
    fn fingerprint(&self, fold: &Fold, seed: u64) -> Result<String, ClassifierError> {
        let mut digest = Sha256::new();
        digest.update(serde_json::to_vec(self.settings).map_err(ClassifierError::EncodeSettings)?);
        digest.update(seed.to_le_bytes());
        digest.update(self.device.to_string());
        for (side, indices) in [("train", &fold.train), ("test", &fold.test)] {
            digest.update(side);
            for index in indices {
                let clip = &self.clips[*index];
                digest.update(clip.record.id());
                digest.update([clip.class as u8]);
                if let Some(graph) = self.prepared.get(*index, self.settings.pipeline.alpha()) {
                    digest.update(graph.digest);
                }
            }
        }
        Ok(digest.finalize().iter().map(|b| format!("{b:02x}")).collect())
    }

    fn samples(&self, fold: &Fold) -> (Vec<Sample<'_>>, usize) {
        let items = training_items(self.clips, &fold.train, self.settings);
        let copies = items.len() - fold.train.len();
        let sample = |item: &crate::plan::TrainingItem| {
            let graph = &self.prepared.get(item.clip, item.alpha)?.graph;
            Some(Sample { graph, class: self.clips[item.clip].class })
        };
        (items.iter().filter_map(sample).collect(), copies)
    }
}

struct FoldTask<'a> {
    runner: &'a FoldRunner<'a>,
    fold: &'a Fold,
    number: usize,
    seed: u64,
    epochs: &'a Epochs<'a>,
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
        let (samples, copies) = runner.samples(fold);
        // Folds of one run must not share their random numbers.
        let seed = self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(self.number as u64);
        let mut epoch_done = || self.epochs.add(1);
        let trained = train::<B>(
            &samples,
            runner.classes,
            &runner.settings.model,
            &runner.settings.training,
            seed,
            device,
            &mut epoch_done,
        )?;
        Ok(FoldResult {
            held_out: fold.held_out.clone(),
            seed: self.seed,
            training_clips: fold.train.len(),
            copies,
            predictions: self.test(&trained, device)?,
            lambdas: lambdas(&trained),
            losses: trained.losses,
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
        let model = trained.model.valid();
        let runner = self.runner;
        let mut predictions = Vec::with_capacity(self.fold.test.len());
        for index in &self.fold.test {
            let clip = &runner.clips[*index];
            let Some(prepared) = runner.prepared.get(*index, runner.settings.pipeline.alpha()) else {
                continue;
            };
            let input = batch::<B::InnerBackend>(
                &[&prepared.graph],
                trained.standardisation,
                runner.settings.model.columns,
                device,
            )?;
            let (scores, explanation) = model.forward_explained(&input, None);
            let probabilities: Vec<f64> = softmax(scores, 1).into_data().iter::<f64>().collect();
            predictions.push(ClipPrediction {
                clip: clip.record.id(),
                subject: clip.record.subject_id(),
                seed: self.seed,
                truth: clip.class,
                predicted: largest(&probabilities),
                probabilities,
                attention: received_attention(&explanation, &prepared.graph),
            });
        }
        Ok(predictions)
    }
}

/// Index of the largest probability, the first of equal ones.
pub(crate) fn largest(probabilities: &[f64]) -> usize {
    let best = probabilities.iter().enumerate().rev().max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or(0, |(class, _)| class)
}

fn lambdas<B: AutodiffBackend + GraphBackend>(trained: &Trained<B>) -> Vec<f64> {
    let streams = [&trained.model.location, &trained.model.flow].into_iter().flatten();
    streams.flat_map(|s| &s.layers).map(|layer| layer.lambda().into_scalar().elem()).collect()
}

fn stored(path: &Path, fingerprint: &str) -> Option<FoldResult> {
    let stored: Stored = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    (stored.fingerprint == fingerprint).then_some(stored.result)
}

/// With several folds side by side each one keeps to a single thread.
fn in_own_pool<T: Send>(workers: usize, work: impl FnOnce() -> T + Send) -> T {
    if workers == 1 {
        return work();
    }
    match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// A poisoned lock means that another fold panicked; its panic is already on its way to the caller.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Counts epochs over all folds.
struct Epochs<'a> {
    done: AtomicUsize,
    total: usize,
    progress: ProgressSink<'a>,
}

impl<'a> Epochs<'a> {
    fn new(total: usize, progress: ProgressSink<'a>) -> Self {
        progress(Progress::Training { done: 0, total });
        Self { done: AtomicUsize::new(0), total, progress }
    }

    fn add(&self, epochs: usize) {
        let done = self.done.fetch_add(epochs, Ordering::Relaxed) + epochs;
        (self.progress)(Progress::Training { done, total: self.total });
    }
}
