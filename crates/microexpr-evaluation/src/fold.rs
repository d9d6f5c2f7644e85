//! One split of clips, and grouping clips by who is in them.

use std::collections::{BTreeMap, BTreeSet};

use microexpr_core::natural_order;
use serde::{Deserialize, Serialize};

/// One split of clips, by their indices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    /// The subject (or subjects, joined by `+`; or the dataset) that is tested on.
    pub held_out: String,
    /// Clips to learn from, rising.
    pub train: Vec<usize>,
    /// Clips to test on, rising.
    pub test: Vec<usize>,
}

impl Fold {
    /// The subjects that are on both sides, in natural order: none in any split of this crate. `subjects[i]`
    /// is clip i's subject; clips without one are passed over.
    ///
    /// # Example
    ///
    /// ```
    /// use microexpr_evaluation::Fold;
    ///
    /// let leaky = Fold { held_out: "by clip".into(), train: vec![0, 2], test: vec![1] };
    /// assert_eq!(leaky.subjects_on_both_sides(&["a", "a", "b"]), ["a"]);
    /// ```
    #[must_use]
    pub fn subjects_on_both_sides<'a, S: AsRef<str>>(&self, subjects: &'a [S]) -> Vec<&'a str> {
        let people = |clips: &[usize]| -> BTreeSet<&'a str> {
            clips.iter().filter_map(|clip| subjects.get(*clip).map(AsRef::as_ref)).collect()
        };
        let mut both: Vec<&str> = people(&self.train).intersection(&people(&self.test)).copied().collect();
        both.sort_by(|a, b| natural_order(a, b));
        both
    }
}

/// Subjects in natural order, each with its clips, rising. `clips` are (index, subject).
pub(crate) fn by_subject<'a>(clips: impl Iterator<Item = (usize, &'a str)>) -> Vec<(&'a str, Vec<usize>)> {
    let mut people: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, subject) in clips {
        people.entry(subject).or_default().push(index);
    }
    let mut people: Vec<_> = people.into_iter().collect();
    people.sort_by(|a, b| natural_order(a.0, b.0));
    people
}

/// Tests on the clips of some subjects; `everyone` holds all clips, by subject.
pub(crate) fn hold_out(everyone: &[(&str, Vec<usize>)], held_out: &BTreeSet<usize>) -> Fold {
    let side = |out: bool| {
        let people = everyone.iter().enumerate().filter(move |(who, _)| held_out.contains(who) == out);
        let mut clips: Vec<usize> = people.flat_map(|(_, (_, clips))| clips).copied().collect();
        clips.sort_unstable();
        clips
    };
    let names: Vec<&str> = held_out.iter().map(|who| everyone[*who].0).collect();
    Fold { held_out: names.join("+"), train: side(false), test: side(true) }
}
