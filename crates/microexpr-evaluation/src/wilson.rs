/// 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// 95 % confidence interval of a proportion, `(low, high)`, without continuity correction; `(0, 1)` of no
/// trials.
///
/// `(p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)` with p = successes / n.
///
/// Source: E. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 1927.
///
/// # Example
///
/// ```
/// let (low, high) = microexpr_evaluation::wilson_interval(81, 263);
/// assert!((low - 0.2553).abs() < 1e-4 && (high - 0.3662).abs() < 1e-4);
/// ```
#[must_use]
pub fn wilson_interval(successes: u64, trials: u64) -> (f64, f64) {
    if trials == 0 {
        return (0.0, 1.0);
    }
    let n = trials as f64;
    let p = successes.min(trials) as f64 / n;
    let centre = p + Z * Z / (2.0 * n);
    let reach = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((centre - reach) / scale).max(0.0), ((centre + reach) / scale).min(1.0))
}
