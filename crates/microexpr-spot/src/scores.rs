//! MEGC's scores of spotting.

use serde::{Deserialize, Serialize};

use crate::Interval;

/// How much of the union of two intervals must be shared, for one to count as the other spotted.
///
/// Source: J. Li et al., "MEGC2022: ACM Multimedia 2022 Micro-Expression Grand Challenge", ACM MM 2022, and the challenges before.
pub const RIGHT_OVERLAP: f64 = 0.5;

/// Counts over all recordings, and what follows from them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpottingScores {
    /// Harmonic mean of precision and recall, `2·right / (true + spotted)`; 0 where there is nothing.
    pub f1: f64,
    /// Share of the spotted ones that are right.
    pub precision: f64,
    /// Share of the true ones that were spotted.
    pub recall: f64,
    /// True intervals.
    #[serde(rename = "true")]
    pub real: usize,
    /// Spotted intervals.
    pub spotted: usize,
    /// Spotted intervals that share at least [`RIGHT_OVERLAP`] with a true one; every true one counts once.
    pub right: usize,
}

impl SpottingScores {
    /// The scores of counts.
    #[must_use]
    pub fn of_counts(real: usize, spotted: usize, right: usize) -> Self {
        let share = |of: usize| if of == 0 { 0.0 } else { right as f64 / of as f64 };
        let f1 = if real + spotted == 0 { 0.0 } else { 2.0 * right as f64 / (real + spotted) as f64 };
        Self { f1, precision: share(spotted), recall: share(real), real, spotted, right }
    }

    /// The scores of one recording.
    ///
    /// # Example
    ///
    /// ```
    /// use microexpr_spot::{Interval, SpottingScores};
    ///
    /// let truth = [Interval { onset: 10, offset: 49 }, Interval { onset: 90, offset: 120 }];
    /// let spotted = [Interval { onset: 15, offset: 55 }];
    /// let scores = SpottingScores::of_recording(&truth, &spotted);
    /// assert_eq!((scores.real, scores.spotted, scores.right), (2, 1, 1));
    /// assert_eq!(scores.f1, 2.0 / 3.0);
    /// ```
    #[must_use]
    pub fn of_recording(truth: &[Interval], spotted: &[Interval]) -> Self {
        Self::of_counts(truth.len(), spotted.len(), right_pairs(truth, spotted).len())
    }

    /// The scores over recordings: counts are added up, as MEGC does, not averaged.
    #[must_use]
    pub fn pooled(recordings: impl IntoIterator<Item = Self>) -> Self {
        let sum = |(a, b, c): (usize, usize, usize), s: Self| (a + s.real, b + s.spotted, c + s.right);
        let (real, spotted, right) = recordings.into_iter().fold((0, 0, 0), sum);
        Self::of_counts(real, spotted, right)
    }
}

/// Pairs (index of the true one, index of the spotted one) that overlap by at least [`RIGHT_OVERLAP`]; each interval is in one
/// pair at most, pairs of more overlap go first.
#[must_use]
pub fn right_pairs(truth: &[Interval], spotted: &[Interval]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (t, real) in truth.iter().enumerate() {
        for (s, found) in spotted.iter().enumerate() {
            let overlap = real.intersection_over_union(found);
            if overlap >= RIGHT_OVERLAP {
                pairs.push((overlap, t, s));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for (_, t, s) in pairs {
        if kept.iter().all(|(real, found)| *real != t && *found != s) {
            kept.push((t, s));
        }
    }
    kept.sort_unstable();
    kept
}

/// Spot-then-recognise score: F1 of spotting times the mean F1 of the classes over the rightly spotted.
///
/// `STRS = F1_spotting · F1_recognition`
///
/// Source: A. K. Davison et al., MEGC 2022's spot-then-recognise task; G. B. Liong et al., "Spot-then-Recognize: A Micro-Expression
/// Analysis Network for Seamless Evaluation of Long Videos", Signal Processing: Image Communication, 2023.
#[must_use]
pub fn spot_then_recognise(spotting_f1: f64, recognition_f1: f64) -> f64 {
    spotting_f1 * recognition_f1
}
