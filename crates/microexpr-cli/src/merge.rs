//! Joins the shares of an evaluation that was spread over machines.

use std::error::Error;
use std::path::{Path, PathBuf};

use crate::shared::finish_evaluation;
use crate::shared::outputs::keep_inputs_of_evaluation;
use clap::Parser;
use microexpr::classifier::{Outcome, OutcomePart};

/// Joins the files that `evaluate --shard I/N` wrote to the result of the whole evaluation: the same predictions and scores
/// as from a single run.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// The shares, shard-I-of-N.json
    #[arg(required = true)]
    shards: Vec<PathBuf>,
    /// Folder for the results
    #[arg(long)]
    out: PathBuf,
}

pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let shards: Vec<&Path> = options.shards.iter().map(PathBuf::as_path).collect();
    keep_inputs_of_evaluation(&options.out, &shards)?;
    let parts = options.shards.iter().map(|path| OutcomePart::read(path));
    finish_evaluation(&Outcome::merge(parts.collect::<Result<_, _>>()?)?, &options.out)
}
