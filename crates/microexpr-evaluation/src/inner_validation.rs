//! Some of the training subjects held out inside a fold.

use std::collections::BTreeSet;

use microexpr_core::OutOfRange;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::EvaluationError;
use crate::fold::{Fold, by_subject, hold_out};

/// Splits the training side of a fold once more by subject, to choose an epoch or a setting without a look at
/// the fold's test subjects. `train` are the fold's training clips, `subjects[i]` is clip i's subject (of all
/// clips, as for [`loso`](crate::loso)).
///
/// `round(share · subjects)` of the training subjects are held out, at least one and not all, drawn from the
/// seed. The result's `test` are their clips, `train` the other training clips; both are indices like
/// `train`'s, and neither holds a clip that `train` does not.
///
/// # Errors
///
/// [`EvaluationError::Setting`] if `share` is not between 0 and 1, [`EvaluationError::TooFewSubjects`] for less than two
/// training subjects, [`EvaluationError::UnknownExample`] for a clip without a subject.
///
/// # Example
///
/// ```
/// use microexpr_evaluation::{inner_validation, loso};
///
/// let subjects = ["s1", "s2", "s3", "s4", "s5"];
/// for fold in loso(&subjects) {
///     let inner = inner_validation(&fold.train, &subjects, 0.25, 1)?;
///     assert_eq!((inner.train.len(), inner.test.len()), (3, 1));
///     assert!(inner.held_out != fold.held_out);
/// }
/// # Ok::<(), microexpr_evaluation::EvaluationError>(())
/// ```
pub fn inner_validation<S: AsRef<str>>(
    train: &[usize],
    subjects: &[S],
    share: f64,
    seed: u64,
) -> Result<Fold, EvaluationError> {
    OutOfRange::unless(share > 0.0 && share < 1.0, "share", "more than 0 and less than 1", share)?;
    if let Some(found) = train.iter().copied().find(|clip| *clip >= subjects.len()) {
        return Err(EvaluationError::UnknownExample { found, examples: subjects.len() });
    }
    let everyone = by_subject(train.iter().map(|clip| (*clip, subjects[*clip].as_ref())));
    let people = everyone.len();
    if people < 2 {
        return Err(EvaluationError::TooFewSubjects { found: people });
    }
    let count = ((share * people as f64).round() as usize).clamp(1, people - 1);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let held_out: BTreeSet<usize> = rand::seq::index::sample(&mut rng, people, count).into_iter().collect();
    Ok(hold_out(&everyone, &held_out))
}
