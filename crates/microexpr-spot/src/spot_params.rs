use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

/// Settings of [`Spotter`](crate::Spotter). Lengths are in inter-ocular distances, times in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpotParams {
    /// Times before and after a frame with which its motion is compared: about half the length of what is looked for, shortest first.
    pub reaches_s: Vec<f64>,
    /// Departure of the strongest regions that makes an expression, at the shortest reach.
    pub threshold: f64,
    /// How much more is asked for per second of further reach: what lies farther apart differs more by itself.
    pub threshold_per_s: f64,
    /// A region's departure counts as far as it exceeds this many times its own median: what always moves says nothing.
    pub times_usual: f64,
    /// Number of regions whose departures are averaged (root mean square).
    pub strongest_regions: usize,
    /// Deviation of the Gaussian that motion is averaged by.
    pub smoothing_s: f64,
    /// Anything shorter is no expression.
    pub shortest_s: f64,
    /// The longest micro-expression as it is measured: half a second, and what a slow onset adds.
    pub longest_micro_s: f64,
    /// The longest expression.
    pub longest_s: f64,
    /// Departure of a macro-expression.
    pub macro_threshold: f64,
    /// An expression is told at the latest this long after its end.
    pub delay_s: f64,
}

impl Default for SpotParams {
    fn default() -> Self {
        Self {
            reaches_s: vec![0.25, 0.35, 0.5, 0.75, 1.1, 1.6],
            threshold: 0.0042,
            threshold_per_s: 0.0032,
            times_usual: 2.5,
            strongest_regions: 4,
            smoothing_s: 0.015,
            shortest_s: 0.26,
            longest_micro_s: 0.62,
            longest_s: 4.0,
            macro_threshold: 0.0205,
            delay_s: 2.5,
        }
    }
}

impl SpotParams {
    pub(crate) fn check(&self, fps: f64) -> Result<(), OutOfRange> {
        OutOfRange::unless(fps.is_finite() && fps >= 10.0, "fps", "10 or more", fps)?;
        let usable = |reach: &f64| (0.05..=10.0).contains(reach);
        let reaches = !self.reaches_s.is_empty() && self.reaches_s.iter().all(usable);
        OutOfRange::unless(reaches, "reaches_s", "times from 0.05 to 10", format!("{:?}", self.reaches_s))?;
        OutOfRange::unless(self.threshold > 0.0, "threshold", "above 0", self.threshold)?;
        OutOfRange::unless_within(0.0.., "threshold_per_s", "0 or more", self.threshold_per_s)?;
        OutOfRange::unless_within(0.0.., "times_usual", "0 or more", self.times_usual)?;
        let strongest = self.strongest_regions;
        OutOfRange::unless(strongest > 0, "strongest_regions", "1 or more", strongest)?;
        OutOfRange::unless_within(0.0..=1.0, "smoothing_s", "0 to 1", self.smoothing_s)?;
        OutOfRange::unless_within(0.0.., "shortest_s", "0 or more", self.shortest_s)?;
        OutOfRange::unless_within(0.0.., "longest_micro_s", "0 or more", self.longest_micro_s)?;
        OutOfRange::unless_within(0.0..=60.0, "longest_s", "0 to 60", self.longest_s)?;
        OutOfRange::unless_within(0.0.., "macro_threshold", "0 or more", self.macro_threshold)?;
        OutOfRange::unless_within(0.0..=60.0, "delay_s", "0 to 60", self.delay_s)
    }

    /// What the strongest regions must depart by at a reach.
    pub(crate) fn threshold_at(&self, reach_s: f64) -> f64 {
        let shortest = self.reaches_s.iter().copied().fold(f64::INFINITY, f64::min);
        self.threshold + self.threshold_per_s * (reach_s - shortest)
    }

    pub(crate) fn longest_reach_s(&self) -> f64 {
        self.reaches_s.iter().copied().fold(0.0, f64::max)
    }
}
