//! Joins the shares of an evaluation that was spread over machines.

mod shared;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use microexpr::classifier::{Outcome, OutcomePart};
use shared::finish_evaluation;
use shared::outputs::keep_inputs_of_evaluation;

/// Joins the files that `evaluate --shard I/N` wrote to the result of the whole evaluation: the same predictions and scores
/// as from a single run.
#[derive(Debug, Parser)]
struct Options {
    /// The shares, shard-I-of-N.json
    #[arg(required = true)]
    shards: Vec<PathBuf>,
    /// Folder for the results
    #[arg(long)]
    out: PathBuf,
}

fn main() -> ExitCode {
    shared::run(merge)
}

fn merge(options: &Options) -> Result<(), Box<dyn Error>> {
    let shards: Vec<&Path> = options.shards.iter().map(PathBuf::as_path).collect();
    keep_inputs_of_evaluation(&options.out, &shards)?;
    let parts = options.shards.iter().map(|path| OutcomePart::read(path));
    finish_evaluation(&Outcome::merge(parts.collect::<Result<_, _>>()?)?, &options.out)
}
