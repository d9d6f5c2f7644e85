//! Evaluation of any learner by subject-wise protocols, in a way that cannot lie: splits by subject, finished folds that are
//! found again only if everything that decides them is equal, shares that only merge if they belong together, scores with
//! confidence intervals.
//!
//! A learner is whatever implements [`Learner`]: it holds its examples' features, is told the class of those to learn from,
//! and answers for the others.
//!
//! ```
//! use microexpr_core::{Digest, Digester};
//! use microexpr_evaluation::{
//!     EvaluationError, EvaluationRequest, Example, Learned, Learner, LearnerDescription, Task,
//! };
//!
//! /// Answers with the class whose mean feature is nearest.
//! struct NearestMean(Vec<f64>);
//!
//! impl Learner for NearestMean {
//!     type Error = std::convert::Infallible;
//!
//!     fn description(&self) -> LearnerDescription {
//!         let (name, device) = ("nearest mean".to_owned(), "cpu".to_owned());
//!         LearnerDescription { name, version: 1, device, identity: Digest::of(b""), settings: ().into() }
//!     }
//!
//!     fn digest(&self, example: usize) -> Digest {
//!         Digest::of(&self.0[example].to_le_bytes())
//!     }
//!
//!     fn learn(&self, task: &Task<'_>) -> Result<Learned, Self::Error> {
//!         let mean = |class| {
//!             let own = task.train.iter().filter(|e| e.class == class).map(|e| self.0[e.index]);
//!             own.clone().sum::<f64>() / own.count() as f64
//!         };
//!         let score = |x: f64| (0..task.classes).map(|class| -(x - mean(class)).abs()).collect::<Vec<_>>();
//!         Ok(Learned { answers: task.test.iter().map(|i| score(self.0[*i]).into()).collect(), ..Learned::default() })
//!     }
//! }
//!
//! let examples: Vec<Example> = (0..8)
//!     .map(|i| Example::new(format!("clip {i}"), format!("s{}", i / 2), "mine", i % 2))
//!     .collect();
//! let learner = NearestMean((0..8).map(|i| f64::from(i % 2) + 0.1 * f64::from(i)).collect());
//! let classes = ["calm", "moved"].map(String::from);
//! let evaluation = EvaluationRequest::new(&examples, &classes).evaluate(&learner, &|_| ())?;
//! assert_eq!((evaluation.clips, evaluation.subjects), (8, 4));
//! assert!(evaluation.scores.uf1 > evaluation.majority_baseline.uf1);
//! # Ok::<(), EvaluationError>(())
//! ```
//!
//! | item | holds |
//! |---|---|
//! | [`Example`], [`Learner`], [`Task`], [`Learned`] | what is learned from, and who learns |
//! | [`EvaluationRequest`], [`Protocol`], [`Job`], [`Leaks`] | what is asked |
//! | [`Evaluation`], [`DatasetScores`], [`ClipPrediction`], [`FoldResult`], [`LeftOut`] | what comes of it: `results.json` |
//! | [`Shard`], [`EvaluationPart`], [`Plan`] | an evaluation spread over machines |
//! | [`Comparison`] | McNemar's test between two evaluations |
//! | [`loso`], [`cross_dataset`], [`subject_k_fold`], [`inner_validation`] | splits by subject ([`Fold`]) |
//! | [`balance`] | copies that even out classes |
//! | [`ConfusionMatrix`], [`Scores`] | accuracy, UF1, UAR, scores of a class |
//! | [`wilson_interval`], [`bootstrap_intervals`], [`mcnemar`] | confidence intervals, test between two lists of answers |

#![doc(html_root_url = "https://docs.rs/microexpr-evaluation/latest")]

mod balance;
mod bootstrap;
mod chosen_epoch;
mod comparison;
mod confusion_matrix;
mod cross_dataset;
mod dataset_scores;
mod error;
mod evaluation;
mod example;
mod explanation;
mod fold;
mod fold_result;
mod fold_runner;
mod fold_store;
mod inner_validation;
mod job;
mod largest;
mod learner;
mod left_out;
mod loso;
mod mcnemar;
mod part;
mod plan;
mod protocol;
mod request;
mod results_file;
mod scores;
mod shard;
mod steps;
mod subject_k_fold;
mod timing;
mod wilson;

// The crates whose types stand in public signatures, in the versions that they have there.
pub use microexpr_core;

pub use balance::{COPY_ALPHAS, MagnifiedCopy, balance};
pub use bootstrap::{BootstrapParams, ScoreIntervals, bootstrap_intervals};
pub use chosen_epoch::ChosenEpoch;
pub use comparison::{ComparedClips, Comparison, SeedComparison};
pub use confusion_matrix::{ClassScores, ConfusionMatrix};
pub use cross_dataset::cross_dataset;
pub use dataset_scores::DatasetScores;
pub use error::EvaluationError;
pub use evaluation::{EvaluatedLearner, Evaluation, SeedResult};
pub use example::{Example, Leaks};
pub use explanation::{Explanation, FrameExplanation};
pub use fold::Fold;
pub use fold_result::{ClipPrediction, FoldResult};
pub use inner_validation::inner_validation;
pub use job::Job;
pub use largest::largest;
pub use learner::{Answer, Learned, Learner, LearnerDescription, Task, TrainingExample, TrainingLog};
pub use left_out::LeftOut;
pub use loso::loso;
pub use mcnemar::{McNemar, mcnemar};
pub use part::EvaluationPart;
pub use plan::{Plan, PlannedExample, PlannedFold};
pub use protocol::Protocol;
pub use request::EvaluationRequest;
pub use scores::Scores;
pub use shard::Shard;
pub use steps::{StepCount, StepSink, Steps};
pub use subject_k_fold::subject_k_fold;
pub use timing::Timing;
pub use wilson::wilson_interval;

/// The program of the crate's front page, which is to work.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
