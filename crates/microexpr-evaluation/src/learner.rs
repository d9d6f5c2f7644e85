use microexpr_core::{Digest, Digester};
use serde::{Deserialize, Serialize};

use crate::{ChosenEpoch, Explanation, StepCount};

/// Learns from some examples and answers for others; which ones, an evaluation decides.
///
/// A learner holds what its examples consist of, by index. A [`Task`] tells it the class of training examples and nothing but
/// the index of test examples.
pub trait Learner: Sync {
    /// Why training or answering failed.
    type Error: std::error::Error + Send + Sync + 'static;

    /// What it is: part of the identity of every fold.
    fn description(&self) -> LearnerDescription;

    /// Digest of everything it knows of an example at its test, equal on every machine: shares of an evaluation only merge if
    /// they agree.
    fn digest(&self, example: usize) -> Digest;

    /// Takes in what decides the answers of a task beside [`Learner::description`], names, classes and split: a finished fold is
    /// found again only if it is equal. Unless told otherwise the digests of all examples of the task; a learner that makes
    /// copies for training adds those.
    fn identify(&self, task: &Task<'_>, identity: &mut Digester) {
        let train = task.train.iter().map(|example| example.index);
        for example in train.chain(task.test.iter().copied()) {
            identity.add(self.digest(example).bytes());
        }
    }

    /// Steps that the progress of a task counts.
    fn steps(&self) -> usize {
        1
    }

    /// Tasks to work on side by side.
    fn workers(&self) -> usize {
        rayon::current_num_threads()
    }

    /// Learns from `task.train` and answers for every example of `task.test`, in its order. `task.seed` decides every random
    /// choice.
    ///
    /// # Errors
    ///
    /// The learner's own; it ends the evaluation and is reported with the fold's name.
    fn learn(&self, task: &Task<'_>) -> Result<Learned, Self::Error>;
}

/// What a learner is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearnerDescription {
    /// Its name, such as `network`.
    pub name: String,
    /// Version of its training code: a new one where the same examples and settings give other answers.
    pub version: u32,
    /// What it runs on, such as `cpu`.
    pub device: String,
    /// Digest of all settings that decide its answers. Where a file lies does not.
    pub identity: Digest,
    /// The settings to be shown in the results.
    pub settings: serde_json::Value,
}

/// One fold, as a learner sees it.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// What is held out.
    pub held_out: &'a str,
    /// The examples to learn from.
    pub train: &'a [TrainingExample<'a>],
    /// The examples to answer for, by index.
    pub test: &'a [usize],
    /// Number of classes.
    pub classes: usize,
    /// Decides every random choice; differs from fold to fold.
    pub seed: u64,
    /// Where done steps are counted.
    pub steps: &'a StepCount<'a>,
}

/// An example to learn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainingExample<'a> {
    /// Its index among all examples.
    pub index: usize,
    /// Its class.
    pub class: usize,
    /// Its subject.
    pub subject: &'a str,
}

/// What came of a task.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Learned {
    /// An answer for every test example.
    pub answers: Vec<Answer>,
    /// How training went.
    pub log: TrainingLog,
}

/// A learner's answer for one example.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// Probability of every class, or any finite scores of which the largest is the answer.
    pub probabilities: Vec<f64>,
    /// What it rests on, if the learner can tell.
    pub explanation: Explanation,
}

impl From<Vec<f64>> for Answer {
    fn from(probabilities: Vec<f64>) -> Self {
        Self { probabilities, explanation: Explanation::default() }
    }
}

/// How training went, as far as the learner has such figures.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainingLog {
    /// Copies of training examples added to balance the classes.
    pub copies: usize,
    /// Mean training loss of every epoch.
    pub losses: Vec<f64>,
    /// How the number of epochs was chosen, if it was not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen_epoch: Option<ChosenEpoch>,
    /// λ of every attention layer, first stream 1, then stream 2.
    pub lambdas: Vec<f64>,
}
