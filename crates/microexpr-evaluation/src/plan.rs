use microexpr_core::Digest;
use serde::{Deserialize, Serialize};

use crate::{LearnerDescription, LeftOut};

/// What every share of an evaluation has in common; shares with different plans are not merged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Name of the protocol.
    pub protocol: String,
    /// Names of the classes in the order of all lists.
    pub classes: Vec<String>,
    /// All examples.
    pub examples: Vec<PlannedExample>,
    /// All folds of the evaluation, seed after seed.
    pub folds: Vec<PlannedFold>,
    /// What learns and answers.
    pub learner: LearnerDescription,
    /// Clips that could not be used, and why.
    pub skipped: Vec<LeftOut>,
    /// What looked wrong but stopped nothing.
    pub warnings: Vec<String>,
    /// Name of a published protocol that this repeats, if the data are complete.
    #[serde(default)]
    pub paper_protocol: Option<String>,
}

/// One of the examples of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedExample {
    /// Its name.
    pub id: String,
    /// Its subject.
    pub subject: String,
    /// The dataset it is from; empty in shares written before it was kept.
    #[serde(default)]
    pub dataset: String,
    /// Its class.
    pub class: usize,
    /// What the learner knows of it: [`Learner::digest`](crate::Learner::digest).
    pub digest: Digest,
}

/// One of the folds of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFold {
    /// Seed of the run.
    pub seed: u64,
    /// What is held out.
    pub held_out: String,
    /// Indices of the examples it answers for.
    pub test: Vec<usize>,
}

impl Plan {
    /// The first thing in which two plans differ so that their folds do not belong together. Where files lie and what was
    /// warned of does not count.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let differ = |what: &str, a: &str, b: &str| (a != b).then(|| format!("{what} is {a}, and {b}"));
        let (a, b) = (&self.learner, &other.learner);
        differ("the protocol", &self.protocol, &other.protocol)
            .or_else(|| differ("the list of classes", &self.classes.join(", "), &other.classes.join(", ")))
            .or_else(|| differ("the learner", &a.name, &b.name))
            .or_else(|| {
                differ("the version of the training code", &a.version.to_string(), &b.version.to_string())
            })
            .or_else(|| differ("the device", &a.device, &b.device))
            .or_else(|| (a.identity != b.identity).then(|| "their settings differ".to_owned()))
            .or_else(|| self.different_example(other))
            .or_else(|| (self.folds != other.folds).then(|| "their folds or seeds differ".to_owned()))
    }

    fn different_example(&self, other: &Self) -> Option<String> {
        for (a, b) in self.examples.iter().zip(&other.examples) {
            let id = &a.id;
            if a.id != b.id {
                return Some(format!("the clip {id} of one is {} in the other", b.id));
            }
            if a.subject != b.subject {
                return Some(format!(
                    "the clip {id} is of {} in one and of {} in the other",
                    a.subject, b.subject
                ));
            }
            if a.class != b.class {
                return Some(format!("the clip {id} is of another class"));
            }
            if a.digest != b.digest {
                return Some(format!("the clip {id} has other frames or landmarks"));
            }
        }
        let (a, b) = (self.examples.len(), other.examples.len());
        (a != b).then(|| format!("one has {a} clips, the other {b}"))
    }
}
