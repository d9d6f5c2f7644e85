//! Whether two classifiers differ by more than chance.

use serde::{Deserialize, Serialize};

use crate::EvaluationError;

/// With fewer discordant clips than this [`McNemar::p_value`] is the exact one.
const FEW: u64 = 25;

/// McNemar's test of two classifiers on the same clips: of the clips that only one of them gets right, is
/// either's share more than chance?
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct McNemar {
    /// `b`: clips that only the first classifier gets right.
    pub only_first: u64,
    /// `c`: clips that only the second classifier gets right.
    pub only_second: u64,
    /// Two-sided exact p-value: `min(1, 2·Σ_{i ≤ min(b, c)} C(b+c, i) / 2^(b+c))`; 1 if both are 0.
    pub exact_p: f64,
    /// `max(|b − c| − 1, 0)² / (b + c)`: χ² with one degree of freedom, with continuity correction; 0 if both
    /// are 0.
    pub chi_square: f64,
    /// p-value of [`McNemar::chi_square`]: `erfc(√(χ²/2))`.
    pub chi_square_p: f64,
}

impl McNemar {
    /// The test of `b` clips that only the first gets right and `c` that only the second does.
    ///
    /// Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or
    /// percentages", Psychometrika 1947; A. Edwards, "Note on the 'correction for continuity'", Psychometrika
    /// 1948. Differs: a correction larger than the difference gives 0, not its square.
    ///
    /// # Example
    ///
    /// ```
    /// let test = microexpr_evaluation::McNemar::of_counts(1, 9);
    /// assert!((test.exact_p - 2.0 * (1.0 + 10.0) / 1024.0).abs() < 1e-12);
    /// assert_eq!(test.p_value(), test.exact_p);
    /// ```
    #[must_use]
    pub fn of_counts(only_first: u64, only_second: u64) -> Self {
        let discordant = only_first + only_second;
        let corrected = only_first.abs_diff(only_second).saturating_sub(1) as f64;
        let chi_square = if discordant == 0 { 0.0 } else { corrected * corrected / discordant as f64 };
        Self {
            only_first,
            only_second,
            exact_p: (2.0 * half_binomial_tail(only_first.min(only_second), discordant)).min(1.0),
            chi_square,
            chi_square_p: libm::erfc((chi_square / 2.0).sqrt()),
        }
    }

    /// The exact p-value for fewer than 25 discordant clips, else the one of χ².
    #[must_use]
    pub fn p_value(&self) -> f64 {
        if self.only_first + self.only_second < FEW { self.exact_p } else { self.chi_square_p }
    }
}

/// [`McNemar`]'s test between two lists of predictions of the same clips in the same order. One prediction per
/// clip: those of several seeds are not independent of each other.
///
/// # Errors
///
/// [`EvaluationError::Size`] if the lists differ in length.
///
/// # Example
///
/// ```
/// let test = microexpr_evaluation::mcnemar(&[0, 1, 2, 2], &[0, 1, 2, 0], &[0, 1, 0, 0])?;
/// assert_eq!((test.only_first, test.only_second, test.p_value()), (1, 0, 1.0));
/// # Ok::<(), microexpr_evaluation::EvaluationError>(())
/// ```
pub fn mcnemar(truth: &[usize], first: &[usize], second: &[usize]) -> Result<McNemar, EvaluationError> {
    for (what, found) in
        [("predictions of the first", first.len()), ("predictions of the second", second.len())]
    {
        if found != truth.len() {
            return Err(EvaluationError::Size { what, expected: truth.len(), found });
        }
    }
    let (mut only_first, mut only_second) = (0, 0);
    for ((truth, first), second) in truth.iter().zip(first).zip(second) {
        match (first == truth, second == truth) {
            (true, false) => only_first += 1,
            (false, true) => only_second += 1,
            _ => {}
        }
    }
    Ok(McNemar::of_counts(only_first, only_second))
}

/// `P(X ≤ k)` of X ~ binomial(n, ½). Each term follows from the one before it; the terms are scaled so that
/// the last one is 1, which no n can make underflow.
fn half_binomial_tail(k: u64, n: u64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for i in (1..=k).rev() {
        term *= i as f64 / (n - i + 1) as f64;
        sum += term;
    }
    let log_last = libm::lgamma(n as f64 + 1.0)
        - libm::lgamma(k as f64 + 1.0)
        - libm::lgamma((n - k) as f64 + 1.0)
        - n as f64 * std::f64::consts::LN_2;
    sum * log_last.exp()
}
