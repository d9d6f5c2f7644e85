//! What the programs have in common: how they end, how they show progress, and options that several of them take.

pub(crate) mod arguments;
pub(crate) mod dataset_options;
pub(crate) mod evaluation_options;
pub(crate) mod experiment_options;
pub(crate) mod frames;
pub(crate) mod input;
pub(crate) mod landmark_notes;
pub(crate) mod outputs;
pub(crate) mod protocol_options;
pub(crate) mod reading_options;

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use microexpr::classifier::{Outcome, Progress, summary};
use microexpr::landmarks::HeadPose;

/// Reads the command line and runs a program: an error becomes one line on standard error, causes joined by colons, and exit code 1.
pub(crate) fn run<T: Parser>(program: impl FnOnce(&T) -> Result<(), Box<dyn Error>>) -> ExitCode {
    keep_freed_memory();
    match arguments::parse().map_err(Into::into).and_then(|options| program(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", one_line(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// Lets the allocator keep what is freed, for the next clip or training step to use: glibc gives blocks back to the system that are
/// larger than any freed before, up to 32 MiB, and fresh memory costs a page fault every 4 KiB.
fn keep_freed_memory() {
    const LARGE_BLOCK: usize = 31 << 20;
    drop(black_box(vec![0_u8; LARGE_BLOCK]));
}

pub(crate) fn one_line(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes an outcome's files, prints its table and where they are.
pub(crate) fn finish_evaluation(outcome: &Outcome, out: &Path) -> Result<(), Box<dyn Error>> {
    outcome.write(out)?;
    print!("{}", summary(&outcome.evaluation));
    println!("\nresults: {}", out.join("results.json").display());
    println!("report:  {}", out.join("report.html").display());
    Ok(())
}

/// Prints how the head is turned, and warns of one turned away.
pub(crate) fn print_pose(pose: Option<HeadPose>) {
    let Some(pose) = pose else { return };
    println!("head: {pose}");
    if pose.is_turned() {
        eprintln!(
            "warning: the head is turned away: motion on the far side of the face looks smaller than it is"
        );
    }
}

/// A bar on the terminal with the time left; silent where standard error is no terminal.
pub(crate) fn progress_bar(length: u64, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:>10} [{bar:40}] {pos}/{len} {elapsed} ({eta} left)")
        .expect("the template is well formed")
        .progress_chars("=> ");
    ProgressBar::new(length).with_style(style).with_prefix(what.to_owned())
}

/// Shows what a long computation reports: one bar while clips become graphs, another while networks train.
pub(crate) struct ProgressBars {
    preparing: ProgressBar,
    training: ProgressBar,
}

impl ProgressBars {
    pub(crate) fn new() -> Self {
        Self { preparing: progress_bar(0, "clips"), training: progress_bar(0, "epochs") }
    }

    pub(crate) fn show(&self, progress: Progress) {
        let (bar, done, total) = match progress {
            Progress::Preparing { done, total } => (&self.preparing, done, total),
            Progress::Training { done, total } => {
                if !self.preparing.is_finished() {
                    self.preparing.finish_and_clear();
                }
                (&self.training, done, total)
            }
            _ => return,
        };
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    }

    pub(crate) fn finish(&self) {
        self.preparing.finish_and_clear();
        self.training.finish_and_clear();
    }
}
