use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

/// Settings of [`TvL1`](crate::TvL1), named as in OpenCV's `DualTVL1OpticalFlow` and IPOL's article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TvL1Params {
    /// Time step of the dual iteration; at most 0.25 converges.
    pub tau: f32,
    /// Weight of the data: less is smoother.
    pub lambda: f32,
    /// How tightly data and smoothness are coupled.
    pub theta: f32,
    /// Pyramid levels, the full image among them; levels with a side below 16 px are left out.
    pub nscales: usize,
    /// Linearisations per level.
    pub warps: usize,
    /// Iterating ends when the root mean square change of the flow falls below this, in pixels.
    pub epsilon: f32,
    /// Dual iterations between median filters.
    pub inner_iterations: usize,
    /// Median filters per linearisation.
    pub outer_iterations: usize,
    /// Size of a pyramid level over that of the next finer one, below 1.
    pub scale_step: f64,
    /// Median filter of the flow.
    pub median_filtering: MedianFilter,
}

/// Size of the median filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MedianFilter {
    /// None.
    Off,
    /// 3×3 pixels.
    Three,
    /// 5×5 pixels.
    Five,
}

impl Default for TvL1Params {
    fn default() -> Self {
        Self {
            tau: 0.25,
            lambda: 0.15,
            theta: 0.3,
            nscales: 5,
            warps: 5,
            epsilon: 0.01,
            inner_iterations: 30,
            outer_iterations: 10,
            scale_step: 0.8,
            median_filtering: MedianFilter::Five,
        }
    }
}

impl TvL1Params {
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        OutOfRange::unless_within(1e-3..=0.25, "tau", "0.001 to 0.25", self.tau)?;
        OutOfRange::unless_within(1e-6..=1e3, "lambda", "1e-6 to 1000", self.lambda)?;
        OutOfRange::unless_within(1e-3..=1e3, "theta", "0.001 to 1000", self.theta)?;
        OutOfRange::unless_within(0.0..=1e3, "epsilon", "0 to 1000", self.epsilon)?;
        OutOfRange::unless_within(0.1..=0.95, "scale_step", "0.1 to 0.95", self.scale_step)
    }
}
