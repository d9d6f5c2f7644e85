use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

/// Settings of [`Farneback`](crate::Farneback), named as in OpenCV's `calcOpticalFlowFarneback`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FarnebackParams {
    /// Size of a pyramid level over that of the next finer one, below 1.
    pub pyr_scale: f64,
    /// Pyramid levels above the full image; levels with a side below 32 px are left out.
    pub levels: usize,
    /// Side in pixels of the window over which the displacement is averaged.
    pub win_size: usize,
    /// Iterations per level.
    pub iterations: usize,
    /// Pixels on each side of the neighbourhood that the polynomials approximate (5 or 7 are usual).
    pub poly_n: usize,
    /// Standard deviation in pixels of their weights.
    pub poly_sigma: f64,
    /// Shape of the averaging window.
    pub window: FarnebackWindow,
}

/// Shape of the averaging window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FarnebackWindow {
    /// All pixels count alike.
    #[default]
    Box,
    /// A Gaussian of standard deviation `0.3·(win_size / 2)`: more exact, slower.
    Gaussian,
}

impl Default for FarnebackParams {
    fn default() -> Self {
        Self {
            pyr_scale: 0.5,
            levels: 3,
            win_size: 15,
            iterations: 3,
            poly_n: 5,
            poly_sigma: 1.2,
            window: FarnebackWindow::default(),
        }
    }
}

impl FarnebackParams {
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        OutOfRange::unless_within(0.1..=0.95, "pyr_scale", "0.1 to 0.95", self.pyr_scale)?;
        OutOfRange::unless_within(1..=1001, "win_size", "1 to 1001", self.win_size)?;
        OutOfRange::unless_within(1..=50, "poly_n", "1 to 50", self.poly_n)?;
        OutOfRange::unless_within(0.1..=50.0, "poly_sigma", "0.1 to 50", self.poly_sigma)
    }
}
