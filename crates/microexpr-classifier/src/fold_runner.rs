use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use microexpr_core::atomic_file;
use microexpr_data::Fold;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::epoch_count::EpochCount;
use crate::fold_task::FoldTask;
use crate::plan::training_items;
use crate::prepare::{LabelledClip, Prepared};
use crate::progress::ProgressSink;
use crate::training::{Sample, samples};
use crate::{ClassifierError, Device, FoldResult, Settings};

/// Longest name of a fold in the name of its file, in bytes.
const LONGEST_NAME: usize = 160;

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
        let epochs = EpochCount::new(jobs.len() * self.epochs_of_a_fold(), self.progress);
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
        epochs: &EpochCount<'_>,
    ) -> Result<FoldResult, ClassifierError> {
        let fingerprint = self.fingerprint(fold, seed)?;
        let path = self.path(fold, seed);
        if let Some(result) = stored(&path, &fingerprint) {
            epochs.add(self.epochs_of_a_fold());
            return Ok(result);
        }
        let task = FoldTask { runner: self, fold, seed, random: fold_seed(seed, number), epochs };
        let result = self.device.run(task)??;
        let stored = Stored { fingerprint, result };
        let text = serde_json::to_vec_pretty(&stored).map_err(ClassifierError::EncodeSettings)?;
        atomic_file::write(&path, &text)?;
        Ok(stored.result)
    }

    /// Epochs that a fold runs at most; the choice of an epoch trains one network more.
    fn epochs_of_a_fold(&self) -> usize {
        let choosing = usize::from(self.settings.inner_validation.is_some());
        let training = &self.settings.training;
        (choosing + training.networks) * training.epochs
    }

    fn path(&self, fold: &Fold, seed: u64) -> PathBuf {
        let mut name: String =
            fold.held_out.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        if name.len() > LONGEST_NAME {
            // Many subjects in one fold: no file system takes all their names.
            let digest = Sha256::digest(&fold.held_out);
            let few: String = name.chars().take(LONGEST_NAME / 4).collect();
            name = digest[..8].iter().fold(few + "-", |name, byte| format!("{name}{byte:02x}"));
        }
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

    /// Training clips with their magnified copies, and the number of copies.
    pub(crate) fn samples(&self, train: &[usize]) -> (Vec<Sample<'_>>, usize) {
        let items = training_items(self.clips, train, self.settings);
        let copies = items.len() - train.len();
        (samples(self.clips, self.prepared, &items), copies)
    }
}

/// Random numbers of fold `number` under `seed`: folds of one run must not share theirs.
pub(crate) fn fold_seed(seed: u64, number: usize) -> u64 {
    seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(number as u64)
}

/// Index of the largest probability, the first of equal ones.
pub(crate) fn largest(probabilities: &[f64]) -> usize {
    let best = probabilities.iter().enumerate().rev().max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or(0, |(class, _)| class)
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
