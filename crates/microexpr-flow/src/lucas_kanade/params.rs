use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

/// Settings of [`LucasKanade`](crate::LucasKanade).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LucasKanadeParams {
    /// Pixels on each side of the window's middle, at most 500; 10 is a window of 21×21.
    pub window_radius_px: usize,
    /// Halvings of the image above the full size; small images get fewer.
    pub max_level: usize,
    /// Level of the pyramid on which the search ends, at most the coarsest; windows are in pixels of their level. 1 takes the
    /// image halved once: a quarter of the time for a window of half the radius, positions about half as exact.
    pub finest_level: usize,
    /// Newton steps per level.
    pub max_iterations: usize,
    /// A level ends when a step is shorter than this.
    pub epsilon_px: f64,
    /// Smaller eigenvalue of the window's mean gradient matrix, in `(grey/px)²` with grey in `0..=1`, below which the
    /// window has too little texture. The default is OpenCV's `1e-4` in these units.
    pub min_eigenvalue: f64,
    /// Whether every point is also tracked back.
    pub consistency: Consistency,
}

impl Default for LucasKanadeParams {
    fn default() -> Self {
        Self {
            window_radius_px: 10,
            max_level: 3,
            finest_level: 0,
            max_iterations: 30,
            epsilon_px: 0.001,
            min_eigenvalue: 1.6e-6,
            consistency: Consistency::default(),
        }
    }
}

/// Largest radius of a window: far beyond use, yet of a size that fits in memory.
const LARGEST_RADIUS_PX: usize = 500;

impl LucasKanadeParams {
    /// Rejects windows beyond use, and limits that are not numbers.
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        let radius = ..=LARGEST_RADIUS_PX;
        OutOfRange::unless_within(radius, "window_radius_px", "at most 500", self.window_radius_px)?;
        OutOfRange::unless_within(0.0.., "epsilon_px", "0 or more", self.epsilon_px)?;
        OutOfRange::unless_within(0.0.., "min_eigenvalue", "0 or more", self.min_eigenvalue)?;
        match self.consistency {
            Consistency::Unchecked => Ok(()),
            Consistency::ForwardBackward { max_error_px } => {
                OutOfRange::unless_within(0.0.., "max_error_px", "0 or more", max_error_px)
            }
        }
    }
}

/// Whether a found point is tracked back to the template, and how far from its origin it may end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consistency {
    /// Not tracked back: half the time.
    #[serde(alias = "Unchecked")]
    Unchecked,
    /// Tracked back.
    #[serde(alias = "ForwardBackward")]
    ForwardBackward {
        /// Largest distance between a point and its track back.
        max_error_px: f64,
    },
}

impl Default for Consistency {
    fn default() -> Self {
        Self::ForwardBackward { max_error_px: 1.0 }
    }
}
