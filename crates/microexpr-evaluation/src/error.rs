use std::path::PathBuf;

use crate::Shard;

/// What can go wrong between examples and a table of scores.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// A file that cannot be written.
    #[error(transparent)]
    Core(#[from] microexpr_core::CoreError),
    /// A setting outside its range.
    #[error(transparent)]
    Setting(#[from] microexpr_core::OutOfRange),
    /// Training and testing on one dataset where two were asked for.
    #[error("training and test dataset are both {dataset}, expected two different ones")]
    SameDataset {
        /// The dataset.
        dataset: String,
    },
    /// A side of a split without examples.
    #[error("none of the {examples} clips is of {dataset}")]
    NoExamples {
        /// The dataset.
        dataset: String,
        /// Number of examples looked at.
        examples: usize,
    },
    /// A split that needs more subjects.
    #[error("expected clips of at least 2 subjects to split, found {found}")]
    TooFewSubjects {
        /// Number of subjects.
        found: usize,
    },
    /// An index that no example has.
    #[error("clip {found} does not exist, there are {examples} clips")]
    UnknownExample {
        /// The rejected index.
        found: usize,
        /// Number of examples.
        examples: usize,
    },
    /// A class index that does not exist.
    #[error("class {found} does not exist, there are {classes} classes")]
    UnknownClass {
        /// The rejected index.
        found: usize,
        /// Number of classes.
        classes: usize,
    },
    /// Lists or matrices whose sizes do not fit together.
    #[error("{what}: expected {expected}, found {found}")]
    Size {
        /// What was counted.
        what: &'static str,
        /// The expected count.
        expected: usize,
        /// The count found.
        found: usize,
    },
    /// Two examples of one name.
    #[error("two clips are called {id}")]
    RepeatedExample {
        /// The name.
        id: String,
    },
    /// The same recording under two subjects: what is learned from one is asked of the other.
    #[error(
        "{first} and {second} hold the same frames but are of different subjects: a subject would be on both sides of a split; \
         remove one, or allow it if it is meant"
    )]
    SameContent {
        /// The first example.
        first: String,
        /// The second one.
        second: String,
    },
    /// Two subjects whose names differ in letter case, blanks or leading zeros only.
    #[error(
        "the subjects {first} and {second} differ in spelling only: if they are one person, a subject would be on both sides of \
         a split; spell them alike, or allow it if they are two"
    )]
    SameSubject {
        /// One spelling.
        first: String,
        /// The other one.
        second: String,
    },
    /// Training or answering failed.
    #[error("leaving out {held_out}, seed {seed}")]
    Learner {
        /// What the fold holds out.
        held_out: String,
        /// Seed of the run.
        seed: u64,
        /// The learner's reason.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A learner's answer that is none.
    #[error("leaving out {held_out}, seed {seed}: {reason}")]
    InvalidAnswer {
        /// What the fold holds out.
        held_out: String,
        /// Seed of the run.
        seed: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A share that does not exist.
    #[error("`{found}` is no share of an evaluation; expected I/N with I from 1 to N, such as 2/8")]
    InvalidShard {
        /// What was given.
        found: String,
    },
    /// A file that cannot be read.
    #[error("{path}: cannot be read", path = path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// The reason given by the system.
        #[source]
        source: std::io::Error,
    },
    /// A file that holds no evaluation.
    #[error("{path}: not the results of an evaluation", path = path.display())]
    InvalidResults {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        #[source]
        source: serde_json::Error,
    },
    /// Results that cannot be written as JSON.
    #[error("the results cannot be written as JSON")]
    Encode(#[source] serde_json::Error),
    /// Evaluations that cannot be compared.
    #[error("the two evaluations cannot be compared: {reason}")]
    NotComparable {
        /// What differs.
        reason: String,
    },
    /// Nothing to merge.
    #[error("there is no share to merge")]
    NoParts,
    /// Shares of different evaluations.
    #[error("shares {first} and {other} do not belong together: {difference}")]
    PartsDiffer {
        /// The first share.
        first: Shard,
        /// The one that differs from it.
        other: Shard,
        /// What differs.
        difference: String,
    },
    /// A share that holds what it cannot hold.
    #[error("share {shard}: the fold that leaves out {held_out} with seed {seed} {problem}")]
    InvalidFold {
        /// The share.
        shard: Shard,
        /// What the fold holds out.
        held_out: String,
        /// Its seed.
        seed: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// Shares that do not hold every fold.
    #[error(
        "{missing} of {total} folds are missing, the first is {held_out} with seed {seed}; run their share"
    )]
    MissingFolds {
        /// Folds missing.
        missing: usize,
        /// Folds of the evaluation.
        total: usize,
        /// What the first missing fold holds out.
        held_out: String,
        /// Its seed.
        seed: u64,
    },
}
