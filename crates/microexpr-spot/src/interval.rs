use serde::{Deserialize, Serialize};

/// Whether an expression is micro or macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpressionKind {
    /// Of half a second at most, and weak.
    Micro,
    /// Longer, up to four seconds.
    Macro,
}

impl ExpressionKind {
    /// Both, micro first.
    pub const ALL: [Self; 2] = [Self::Micro, Self::Macro];

    /// `micro` or `macro`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Micro => "micro",
            Self::Macro => "macro",
        }
    }

    /// The kind of a name in any letter case.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// The frames of an expression, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// First frame that moves.
    pub onset: usize,
    /// Last frame.
    pub offset: usize,
}

impl Interval {
    /// Number of frames, at least one.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.offset.saturating_sub(self.onset) + 1
    }

    /// Number of frames that two intervals share.
    #[must_use]
    pub fn shared(&self, other: &Self) -> usize {
        let (first, last) = (self.onset.max(other.onset), self.offset.min(other.offset));
        (last + 1).saturating_sub(first)
    }

    /// Shared frames over the frames of either: `|A ∩ B| / |A ∪ B|`, in `0..=1`.
    ///
    /// # Example
    ///
    /// ```
    /// use microexpr_spot::Interval;
    ///
    /// let (a, b) = (Interval { onset: 0, offset: 9 }, Interval { onset: 5, offset: 14 });
    /// assert_eq!(a.intersection_over_union(&b), 5.0 / 15.0);
    /// ```
    #[must_use]
    pub fn intersection_over_union(&self, other: &Self) -> f64 {
        let shared = self.shared(other);
        shared as f64 / (self.frames() + other.frames() - shared) as f64
    }
}

/// An expression that was spotted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpottedExpression {
    /// Micro or macro.
    pub kind: ExpressionKind,
    /// Its frames, counted from 0.
    #[serde(flatten)]
    pub interval: Interval,
    /// Frame of the strongest motion.
    pub apex: usize,
    /// How far its strongest regions depart at the apex beyond what is usual for them, in inter-ocular distances: less than they move.
    pub strength: f64,
    /// How many times the motion exceeds what is taken for an expression, 1 or more.
    pub score: f64,
}
