//! Options of the programs that evaluate.

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Args;
use microexpr::classifier::{
    ClassifierError, ExperimentRequest, InnerValidation, LearnerName, OutcomePart, ProgressSink, Rivals,
};
use microexpr::data::{DatasetIndex, LabelScheme};
use microexpr::evaluation::{Leaks, Protocol, Shard};
use microexpr::prelude::{Experiment, Outcome, Settings};

use super::{ProgressBars, finish_evaluation};

/// Evaluates one learner: into which folder, and where progress goes.
pub(crate) type EvaluateOne<'a> =
    &'a dyn Fn(LearnerName, &Path, ProgressSink<'_>) -> Result<OutcomePart, ClassifierError>;

/// How often, how much of it, and where to.
#[derive(Debug, Args)]
pub(crate) struct EvaluationOptions {
    /// How many seeds to run
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    seeds: u64,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Choose the number of epochs inside every fold, on a share of the training subjects that is held out, at most
    /// --epochs; takes up to twice the time [share: 0.2]
    #[arg(
        long,
        value_name = "SHARE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "0.2"
    )]
    inner_validation: Option<f64>,
    /// Run only share I of N of the folds, and write shard-I-of-N.json for `merge`
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Go on although the same frames lie under two subjects, or two subjects are spelt alike: one person may then be on
    /// both sides of a split
    #[arg(long)]
    allow_leaks: bool,
    /// Folder for the results
    #[arg(long)]
    out: PathBuf,
}

impl EvaluationOptions {
    /// The seeds of a learner: one where all give the same answers.
    pub(crate) fn seeds_of(&self, learner: LearnerName) -> Vec<u64> {
        if learner.is_random() { self.seeds() } else { vec![self.seed] }
    }

    /// The seeds, one after the other.
    pub(crate) fn seeds(&self) -> Vec<u64> {
        (0..self.seeds).map(|n| self.seed.wrapping_add(n)).collect()
    }

    /// Evaluates one learner after the other by `evaluate`, which is given a folder and where progress goes: a single one into
    /// --out; several into folders of their names, and a table of them beside. Of a share only the share is written.
    pub(crate) fn run_all(
        &self,
        learners: &[LearnerName],
        evaluate: EvaluateOne<'_>,
    ) -> Result<(), Box<dyn Error>> {
        if let [only] = learners {
            if let Some(outcome) = self.run_one(*only, &self.out, evaluate)? {
                finish_evaluation(&outcome, &self.out)?;
            }
            return Ok(());
        }
        let (mut rivals, mut first) = (Rivals::default(), None);
        for learner in learners {
            let folder = self.out.join(learner.to_string());
            let Some(outcome) = self.run_one(*learner, &folder, evaluate)? else { continue };
            outcome.write(&folder)?;
            rivals.add(*learner, &outcome.evaluation, first.as_ref())?;
            first.get_or_insert(outcome.evaluation);
        }
        if self.shard.is_none() {
            rivals.write(&self.out)?;
            print!("{}", rivals.table());
            println!("\nresults: {}", self.out.join("rivals.json").display());
            println!("report:  {}", self.out.join("rivals.html").display());
        }
        Ok(())
    }

    /// The whole outcome; none of a share, which is written instead.
    fn run_one(
        &self,
        learner: LearnerName,
        folder: &Path,
        evaluate: EvaluateOne<'_>,
    ) -> Result<Option<Outcome>, Box<dyn Error>> {
        let bars = ProgressBars::new();
        let part = evaluate(learner, folder, &|p| bars.show(p))?;
        bars.finish();
        if self.shard.is_some() {
            part.write(folder)?;
            println!("{}", folder.join(part.part.shard.file_name()).display());
            return Ok(None);
        }
        Ok(Some(Outcome::merge(vec![part])?))
    }

    /// Evaluates a dataset's clips; see [`EvaluationOptions::run_all`].
    pub(crate) fn run(
        &self,
        learners: &[LearnerName],
        mut experiment: Experiment,
        datasets: &[DatasetIndex],
        scheme: LabelScheme,
        protocol: Protocol,
    ) -> Result<(), Box<dyn Error>> {
        self.apply(&mut experiment.settings);
        let (shard, leaks) = (self.shard_or_whole(), self.leaks());
        self.run_all(learners, &|learner, out, progress| {
            let seeds = &self.seeds_of(learner);
            let protocol = protocol.clone();
            let request = ExperimentRequest { datasets, learner, scheme, protocol, seeds, shard, out, leaks };
            experiment.evaluate(&request, progress)
        })
    }

    /// The share to run.
    pub(crate) fn shard_or_whole(&self) -> Shard {
        self.shard.unwrap_or(Shard::WHOLE)
    }

    /// What is done about clips that let a split leak.
    pub(crate) fn leaks(&self) -> Leaks {
        if self.allow_leaks { Leaks::Allowed } else { Leaks::Refused }
    }

    /// The share to run; absent for all folds.
    pub(crate) fn shard(&self) -> Option<Shard> {
        self.shard
    }

    /// Folder for the results.
    pub(crate) fn out(&self) -> &Path {
        &self.out
    }

    /// Whether the number of epochs is chosen inside every fold.
    pub(crate) fn chooses_epochs(&self) -> bool {
        self.inner_validation.is_some()
    }

    /// Sets what these options decide.
    pub(crate) fn apply(&self, settings: &mut Settings) {
        if let Some(share) = self.inner_validation {
            settings.inner_validation = Some(InnerValidation { share });
        }
    }
}
