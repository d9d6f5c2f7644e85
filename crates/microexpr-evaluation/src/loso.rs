//! Leave-one-subject-out.

use std::collections::BTreeSet;

use crate::fold::{Fold, by_subject, hold_out};

/// Leave-one-subject-out: one fold per subject, in natural order (`s2` before `s10`); `subjects[i]` is clip
/// i's subject.
///
/// Where datasets are joined give `dataset/subject` as the subject, so that equal names in two datasets are two people (the
/// composite database evaluation of MEGC 2019: 16 + 28 + 24 = 68 folds). With a single subject its fold has nothing to learn from.
///
/// # Example
///
/// ```
/// let folds = microexpr_evaluation::loso(&["s10", "s2", "s10"]);
/// assert_eq!(folds[0].held_out, "s2");
/// assert_eq!((&folds[0].train[..], &folds[0].test[..]), (&[0, 2][..], &[1][..]));
/// ```
#[must_use]
pub fn loso<S: AsRef<str>>(subjects: &[S]) -> Vec<Fold> {
    let everyone = by_subject(subjects.iter().map(AsRef::as_ref).enumerate());
    (0..everyone.len()).map(|who| hold_out(&everyone, &BTreeSet::from([who]))).collect()
}
