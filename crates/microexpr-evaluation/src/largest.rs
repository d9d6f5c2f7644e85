/// Index of the largest value, the first of equal ones; 0 of none.
///
/// # Example
///
/// ```
/// assert_eq!(microexpr_evaluation::largest(&[0.2, 0.4, 0.4]), 1);
/// ```
#[must_use]
pub fn largest(values: &[f64]) -> usize {
    let best = values.iter().enumerate().rev().max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or(0, |(index, _)| index)
}
