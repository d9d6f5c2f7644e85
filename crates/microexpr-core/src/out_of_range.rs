use std::fmt::Display;
use std::ops::RangeBounds;

/// A setting outside its range: the one shape in which every crate of the workspace refuses a setting.
///
/// # Example
///
/// ```
/// use microexpr_core::OutOfRange;
///
/// let refused = OutOfRange::unless(0.0 > 1.0, "radius_px", "above 1", 0.0).unwrap_err();
/// assert_eq!(refused.to_string(), "radius_px must be above 1, found 0");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} must be {expected}, found {found}")]
pub struct OutOfRange {
    /// Name of the setting, as its settings struct calls it.
    pub setting: &'static str,
    /// What it may be, in words.
    pub expected: &'static str,
    /// The rejected value.
    pub found: String,
}

impl OutOfRange {
    /// The refusal of a value.
    #[must_use]
    pub fn new(setting: &'static str, expected: &'static str, found: impl Display) -> Self {
        Self { setting, expected, found: found.to_string() }
    }

    /// Nothing if the value `holds`, else the refusal.
    ///
    /// # Errors
    ///
    /// The refusal itself.
    pub fn unless(
        holds: bool,
        setting: &'static str,
        expected: &'static str,
        found: impl Display,
    ) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self::new(setting, expected, found)) }
    }

    /// Nothing if the value lies within `range`, which NaN never does, else the refusal.
    ///
    /// # Errors
    ///
    /// The refusal itself.
    ///
    /// # Example
    ///
    /// ```
    /// use microexpr_core::OutOfRange;
    ///
    /// assert!(OutOfRange::unless_within(0.0..=0.5, "jitter", "0 to 0.5", 0.2).is_ok());
    /// let refused = OutOfRange::unless_within(0.0..=0.5, "jitter", "0 to 0.5", f64::NAN).unwrap_err();
    /// assert_eq!(refused.to_string(), "jitter must be 0 to 0.5, found NaN");
    /// ```
    pub fn unless_within<T: PartialOrd + Display>(
        range: impl RangeBounds<T>,
        setting: &'static str,
        expected: &'static str,
        found: T,
    ) -> Result<(), Self> {
        Self::unless(range.contains(&found), setting, expected, found)
    }
}
