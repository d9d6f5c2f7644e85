use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use microexpr_core::{Digest, Digester};

use crate::fold_store::FoldStore;
use crate::{
    Answer, ClipPrediction, EvaluationError, Example, Fold, FoldResult, Job, Learner, StepCount, StepSink,
    Task, TrainingExample, largest,
};

/// Changes whenever the evaluation itself gives other results for the same answers.
const FORMAT: &str = "microexpr fold 3";

/// Runs folds on a learner, several side by side.
pub(crate) struct FoldRunner<'a, L: Learner> {
    pub(crate) learner: &'a L,
    pub(crate) examples: &'a [Example],
    pub(crate) classes: &'a [String],
    pub(crate) folds: &'a [Fold],
    pub(crate) store: FoldStore<'a>,
}

impl<L: Learner> FoldRunner<'_, L> {
    /// The results of the jobs, in their order.
    pub(crate) fn run_all(
        &self,
        jobs: &[Job],
        progress: StepSink<'_>,
    ) -> Result<Vec<FoldResult>, EvaluationError> {
        let steps = StepCount::new(jobs.len() * self.learner.steps(), progress);
        let next = AtomicUsize::new(0);
        let results = Mutex::new(vec![None; jobs.len()]);
        let failure = Mutex::new(None);
        let workers = self.learner.workers().min(jobs.len()).max(1);
        let work = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(job) = jobs.get(at) else { break };
                match in_own_pool(workers, || self.run_or_resume(*job, &steps)) {
                    Ok(result) => lock(&results)[at] = Some(result),
                    Err(error) => {
                        next.store(jobs.len(), Ordering::Relaxed);
                        lock(&failure).get_or_insert(error);
                    }
                }
            }
        };
        std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
        match lock(&failure).take() {
            Some(error) => Err(error),
            None => Ok(lock(&results).drain(..).flatten().collect()),
        }
    }

    fn run_or_resume(&self, job: Job, steps: &StepCount<'_>) -> Result<FoldResult, EvaluationError> {
        let (seed, fold) = (job.seed, &self.folds[job.fold]);
        let train = self.training_examples(fold);
        let task = Task {
            held_out: &fold.held_out,
            train: &train,
            test: &fold.test,
            classes: self.classes.len(),
            seed: job.random(),
            steps,
        };
        let identity = self.identity(&task, seed);
        if let Some(result) = self.store.get(&fold.held_out, seed, identity) {
            steps.add(self.learner.steps());
            return Ok(result);
        }
        self.store.put(identity, self.run(&task, seed)?)
    }

    fn run(&self, task: &Task<'_>, seed: u64) -> Result<FoldResult, EvaluationError> {
        let started = Instant::now();
        let held_out = task.held_out.to_owned();
        let learned = match self.learner.learn(task) {
            Ok(learned) => learned,
            Err(source) => {
                return Err(EvaluationError::Learner { held_out, seed, source: Box::new(source) });
            }
        };
        if let Some(reason) = self.unsound(task, &learned.answers) {
            return Err(EvaluationError::InvalidAnswer { held_out, seed, reason });
        }
        let answers = task.test.iter().zip(learned.answers);
        Ok(FoldResult {
            held_out,
            seed,
            training_clips: task.train.len(),
            predictions: answers.map(|(index, answer)| self.prediction(*index, seed, answer)).collect(),
            log: learned.log,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    fn training_examples(&self, fold: &Fold) -> Vec<TrainingExample<'_>> {
        let of = |index: &usize| {
            let example = &self.examples[*index];
            TrainingExample { index: *index, class: example.class, subject: &example.subject }
        };
        fold.train.iter().map(of).collect()
    }

    fn prediction(&self, index: usize, seed: u64, answer: Answer) -> ClipPrediction {
        let example = &self.examples[index];
        ClipPrediction {
            clip: example.id.clone(),
            subject: example.subject.clone(),
            seed,
            truth: example.class,
            predicted: largest(&answer.probabilities),
            probabilities: answer.probabilities,
            explanation: answer.explanation,
        }
    }

    /// What makes answers unusable.
    fn unsound(&self, task: &Task<'_>, answers: &[Answer]) -> Option<String> {
        let (expected, found) = (task.test.len(), answers.len());
        if expected != found {
            return Some(format!("expected {expected} answers, found {found}"));
        }
        let problem = |(index, answer): (&usize, &Answer)| {
            let id = &self.examples[*index].id;
            probability_problem(&answer.probabilities, task.classes).map(|problem| format!("{id}: {problem}"))
        };
        task.test.iter().zip(answers).find_map(problem)
    }

    /// What a stored result must agree with: everything that decides it.
    fn identity(&self, task: &Task<'_>, seed: u64) -> Digest {
        let mut identity = Digester::new();
        let description = self.learner.description();
        identity.add(FORMAT).add(&description.name).number(u64::from(description.version));
        identity.add(&description.device).add(description.identity.bytes());
        identity.number(self.classes.len() as u64);
        self.classes.iter().for_each(|name| {
            identity.add(name);
        });
        identity.add(task.held_out).number(seed).number(task.seed);
        let train = task.train.iter().map(|example| example.index);
        for (side, indices) in [("train", train.collect()), ("test", task.test.to_vec())] {
            identity.add(side).number(indices.len() as u64);
            for index in indices {
                let example = &self.examples[index];
                identity.add(&example.id).add(&example.subject).number(example.class as u64);
            }
        }
        self.learner.identify(task, &mut identity);
        identity.finish()
    }
}

/// What makes these no probabilities of `classes` classes.
pub(crate) fn probability_problem(probabilities: &[f64], classes: usize) -> Option<String> {
    let found = probabilities.len();
    if found != classes {
        return Some(format!("expected a probability for each of {classes} classes, found {found}"));
    }
    let odd = probabilities.iter().find(|p| !p.is_finite())?;
    Some(format!("expected finite probabilities, found {odd}"))
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
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
