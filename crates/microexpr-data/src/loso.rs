//! Splits by subject: nobody is on both sides.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::natural_order::natural_order;

/// One split of clips, by their indices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    /// The subject (or subjects, joined by `+`) that is tested on.
    pub held_out: String,
    /// Clips to learn from, rising.
    pub train: Vec<usize>,
    /// Clips to test on, rising.
    pub test: Vec<usize>,
}

/// Leave-one-subject-out: one fold per subject, in natural order (`s2` before `s10`); `subjects[i]` is clip
/// i's subject.
///
/// Where datasets are joined use [`ClipRecord::subject_id`](crate::ClipRecord::subject_id): then equal names
/// in two datasets are two subjects. With a single subject its fold has nothing to learn from.
///
/// # Example
///
/// ```
/// let folds = microexpr_data::loso(&["s10", "s2", "s10"]);
/// assert_eq!(folds[0].held_out, "s2");
/// assert_eq!((&folds[0].train[..], &folds[0].test[..]), (&[0, 2][..], &[1][..]));
/// ```
#[must_use]
pub fn loso<S: AsRef<str>>(subjects: &[S]) -> Vec<Fold> {
    let groups = by_subject(subjects).into_iter().map(|(name, clips)| (name.to_owned(), clips));
    folds(groups.collect(), subjects.len())
}

/// Subject-wise k-fold: subjects are dealt, those with most clips first, to the fold with the fewest clips.
/// At most as many folds as subjects; every clip is tested once.
#[must_use]
pub fn subject_k_fold<S: AsRef<str>>(subjects: &[S], k: usize) -> Vec<Fold> {
    let mut people = by_subject(subjects);
    let k = k.min(people.len());
    people.sort_by_key(|(_, clips)| std::cmp::Reverse(clips.len()));
    let mut groups: Vec<(String, Vec<usize>)> = vec![(String::new(), Vec::new()); k];
    for (name, clips) in people {
        if let Some((names, group)) = groups.iter_mut().min_by_key(|(_, group)| group.len()) {
            let separator = if names.is_empty() { "" } else { "+" };
            names.push_str(separator);
            names.push_str(name);
            group.extend(clips);
        }
    }
    folds(groups, subjects.len())
}

/// Subjects in natural order, each with its clips, rising.
fn by_subject<S: AsRef<str>>(subjects: &[S]) -> Vec<(&str, Vec<usize>)> {
    let mut clips: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, subject) in subjects.iter().enumerate() {
        clips.entry(subject.as_ref()).or_default().push(index);
    }
    let mut people: Vec<_> = clips.into_iter().collect();
    people.sort_by(|a, b| natural_order(a.0, b.0));
    people
}

fn folds(groups: Vec<(String, Vec<usize>)>, clips: usize) -> Vec<Fold> {
    let fold = |(held_out, mut test): (String, Vec<usize>)| {
        test.sort_unstable();
        let train = (0..clips).filter(|clip| test.binary_search(clip).is_err()).collect();
        Fold { held_out, train, test }
    };
    groups.into_iter().map(fold).collect()
}
