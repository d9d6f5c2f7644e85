//! Learning from one dataset, testing on another.

use std::fmt::Display;

use crate::EvaluationError;
use crate::fold::Fold;

/// Trains on all clips of one dataset and tests on all clips of another; `datasets[i]` is clip i's dataset.
/// Clips of a third dataset are on neither side. Swap `train` and `test` for the way back.
///
/// Source: 2S-AMAGN, Table 6 (SMIC to SAMM and SAMM to SMIC).
///
/// # Errors
///
/// [`EvaluationError::SameDataset`] if both sides are one dataset, [`EvaluationError::NoExamples`] if a side is empty.
///
/// # Example
///
/// ```
/// let datasets = ["smic", "samm", "samm", "casme2"];
/// let split = microexpr_evaluation::cross_dataset(&datasets, &"smic", &"samm")?;
/// assert_eq!((&split.train[..], &split.test[..]), (&[0][..], &[1, 2][..]));
/// # Ok::<(), microexpr_evaluation::EvaluationError>(())
/// ```
pub fn cross_dataset<D: PartialEq + Display>(
    datasets: &[D],
    train: &D,
    test: &D,
) -> Result<Fold, EvaluationError> {
    if train == test {
        return Err(EvaluationError::SameDataset { dataset: train.to_string() });
    }
    let clips_of = |dataset: &D| {
        let clips: Vec<usize> = (0..datasets.len()).filter(|clip| datasets[*clip] == *dataset).collect();
        let none = || EvaluationError::NoExamples { dataset: dataset.to_string(), examples: datasets.len() };
        if clips.is_empty() { Err(none()) } else { Ok(clips) }
    };
    Ok(Fold { held_out: test.to_string(), train: clips_of(train)?, test: clips_of(test)? })
}
