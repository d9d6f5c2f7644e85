use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use microexpr_core::OutOfRange;

use crate::example::{check_examples, check_leaks};
use crate::fold_runner::FoldRunner;
use crate::fold_store::FoldStore;
use crate::{
    Evaluation, EvaluationError, EvaluationPart, Example, Fold, Job, Leaks, Learner, Plan, PlannedExample,
    PlannedFold, Protocol, Shard, StepSink, Timing,
};

/// What an evaluation is asked to do.
///
/// # Example
///
/// `examples/own_features.rs` of the repository evaluates a learner of its own on a table of numbers.
#[derive(Debug, Clone)]
pub struct EvaluationRequest<'a> {
    /// What is learned from and asked about.
    pub examples: &'a [Example],
    /// Names of the classes; a class is an index into them.
    pub classes: &'a [String],
    /// How examples are split.
    pub protocol: &'a Protocol,
    /// Every fold is run once per seed.
    pub seeds: &'a [u64],
    /// Which share of the folds to run.
    pub shard: Shard,
    /// Folder that keeps finished folds, so that a run that was stopped goes on where it stopped; `None` keeps nothing.
    pub store: Option<&'a Path>,
    /// What is done about examples that let a split by subject leak.
    pub leaks: Leaks,
}

impl<'a> EvaluationRequest<'a> {
    /// Leave one subject out, once, with seed 1, keeping nothing.
    #[must_use]
    pub fn new(examples: &'a [Example], classes: &'a [String]) -> Self {
        Self {
            examples,
            classes,
            protocol: &Protocol::Loso,
            seeds: &[1],
            shard: Shard::WHOLE,
            store: None,
            leaks: Leaks::Refused,
        }
    }

    /// Runs all folds; see [`EvaluationRequest::run`].
    ///
    /// # Errors
    ///
    /// Those of [`EvaluationRequest::run`] and [`Evaluation::merge`]; the latter also if `shard` is not the whole.
    pub fn evaluate<L: Learner>(
        &self,
        learner: &L,
        progress: StepSink<'_>,
    ) -> Result<Evaluation, EvaluationError> {
        Evaluation::merge(vec![self.run(learner, progress)?])
    }

    /// Runs the folds of the shard: the learner never sees the class of an example it is tested on, and nothing is tuned on one.
    ///
    /// # Errors
    ///
    /// [`EvaluationError::SameContent`] and [`EvaluationError::SameSubject`] unless leaks are allowed,
    /// [`EvaluationError::RepeatedExample`], [`EvaluationError::UnknownClass`], [`EvaluationError::Setting`] for seeds that
    /// repeat; those of [`Protocol::folds`]; [`EvaluationError::Learner`] and [`EvaluationError::InvalidAnswer`] naming the
    /// fold; [`EvaluationError::Core`] if a finished fold cannot be kept.
    pub fn run<L: Learner>(
        &self,
        learner: &L,
        progress: StepSink<'_>,
    ) -> Result<EvaluationPart, EvaluationError> {
        self.check()?;
        let started = Instant::now();
        let folds = self.protocol.folds(self.examples)?;
        let runner = FoldRunner {
            learner,
            examples: self.examples,
            classes: self.classes,
            folds: &folds,
            store: FoldStore { folder: self.store },
        };
        let results = runner.run_all(&self.own_jobs(&folds), progress)?;
        let training_seconds = started.elapsed().as_secs_f64();
        Ok(EvaluationPart {
            shard: self.shard,
            plan: self.plan(learner, &folds),
            folds: results,
            timing: Timing { training_seconds, ..Timing::default() },
        })
    }

    /// The jobs of the shard, over all folds of the protocol.
    #[must_use]
    pub fn own_jobs(&self, folds: &[Fold]) -> Vec<Job> {
        let numbered = self.jobs(folds).enumerate();
        numbered.filter(|(number, _)| self.shard.holds(*number)).map(|(_, job)| job).collect()
    }

    fn check(&self) -> Result<(), EvaluationError> {
        let distinct: BTreeSet<&u64> = self.seeds.iter().collect();
        let sound = !self.seeds.is_empty() && distinct.len() == self.seeds.len();
        OutOfRange::unless(sound, "seeds", "at least one, and no two alike", format!("{:?}", self.seeds))?;
        check_examples(self.examples, self.classes.len())?;
        match self.leaks {
            Leaks::Refused => check_leaks(self.examples),
            Leaks::Allowed => Ok(()),
        }
    }

    fn jobs(&self, folds: &[Fold]) -> impl Iterator<Item = Job> {
        self.seeds.iter().flat_map(|seed| (0..folds.len()).map(|fold| Job { seed: *seed, fold }))
    }

    fn plan<L: Learner>(&self, learner: &L, folds: &[Fold]) -> Plan {
        let datasets: BTreeSet<&str> = self.examples.iter().map(|e| e.dataset.as_str()).collect();
        let datasets = Vec::from_iter(datasets).join(" + ");
        let (classes, protocol) = (self.classes.len(), self.protocol.describe());
        let example = |(index, e): (usize, &Example)| PlannedExample {
            id: e.id.clone(),
            subject: e.subject.clone(),
            dataset: e.dataset.clone(),
            class: e.class,
            digest: learner.digest(index),
        };
        let fold = |Job { seed, fold }: Job| {
            let Fold { held_out, test, .. } = folds[fold].clone();
            PlannedFold { seed, held_out, test }
        };
        Plan {
            protocol: format!("{datasets}, {classes} classes, {protocol}"),
            classes: self.classes.to_vec(),
            examples: self.examples.iter().enumerate().map(example).collect(),
            folds: self.jobs(folds).map(fold).collect(),
            learner: learner.description(),
            skipped: Vec::new(),
            warnings: self.absent_classes(),
            paper_protocol: None,
        }
    }

    /// Classes that nothing can be recognised in.
    fn absent_classes(&self) -> Vec<String> {
        let classes = self.classes.iter().enumerate();
        let absent = classes.filter(|(class, _)| self.examples.iter().all(|e| e.class != *class));
        absent
            .map(|(_, name)| format!("no clip is of the class {name}: it scores 0 in UF1 and UAR"))
            .collect()
    }
}
