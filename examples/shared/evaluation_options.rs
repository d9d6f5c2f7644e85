//! Options of the programs that evaluate.

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Args;
use microexpr::classifier::{ExperimentRequest, InnerValidation};
use microexpr::data::{DatasetIndex, LabelScheme};
use microexpr::evaluation::{Leaks, Protocol, Shard};
use microexpr::prelude::{Experiment, Outcome, Settings};

use super::{ProgressBars, finish_evaluation};

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
    /// The seeds, one after the other.
    pub(crate) fn seeds(&self) -> Vec<u64> {
        (0..self.seeds).map(|n| self.seed.wrapping_add(n)).collect()
    }

    /// Evaluates, writes the files of a whole evaluation and prints its table, or writes a share.
    pub(crate) fn run(
        &self,
        mut experiment: Experiment,
        datasets: &[DatasetIndex],
        scheme: LabelScheme,
        protocol: Protocol,
    ) -> Result<(), Box<dyn Error>> {
        self.apply(&mut experiment.settings);
        let (seeds, shard) = (&self.seeds(), self.shard.unwrap_or(Shard::WHOLE));
        let (out, leaks) = (&self.out, self.leaks());
        let request = ExperimentRequest { datasets, scheme, protocol, seeds, shard, out, leaks };
        let bars = ProgressBars::new();
        let part = experiment.evaluate(&request, &|p| bars.show(p))?;
        bars.finish();
        if self.shard.is_some() {
            part.write(&self.out)?;
            println!("{}", self.out.join(part.part.shard.file_name()).display());
            return Ok(());
        }
        finish_evaluation(&Outcome::merge(vec![part])?, &self.out)
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

    /// Sets what these options decide.
    pub(crate) fn apply(&self, settings: &mut Settings) {
        if let Some(share) = self.inner_validation {
            settings.inner_validation = Some(InnerValidation { share });
        }
    }
}
