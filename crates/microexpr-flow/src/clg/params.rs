use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

/// Settings of [`Clg`](crate::Clg). The defaults are tuned for motion of tenths of a pixel in noisy frames of `0..=1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClgParams {
    /// Standard deviation of the blur applied to both frames first.
    pub presmoothing_px: f32,
    /// Standard deviation of the window over which the brightness constraint is averaged (the local part).
    pub window_px: f32,
    /// Weight of the flow's smoothness, in `(grey/px)²` (the global part).
    pub smoothness: f32,
    /// Brightness mismatch, in grey, from which a pixel counts as an outlier.
    pub data_scale: f32,
    /// Flow gradient, in px/px, from which a motion edge is assumed.
    pub edge_scale: f32,
    /// Halvings of the image above the full size; small images get fewer.
    pub max_level: usize,
    /// Level of the pyramid on which the flow is found last, at most the coarsest: 1 takes about a quarter of the time of 0, the
    /// full size, and sees no motion finer than two pixels.
    pub finest_level: usize,
    /// Linearisations per level.
    pub warps: usize,
    /// Updates of the robust weights per linearisation.
    pub reweightings: usize,
    /// Relaxation sweeps per update of the weights.
    pub sweeps: usize,
}

impl Default for ClgParams {
    fn default() -> Self {
        Self {
            presmoothing_px: 0.8,
            window_px: 4.0,
            smoothness: 3e-3,
            data_scale: 0.02,
            edge_scale: 0.01,
            max_level: 4,
            finest_level: 0,
            warps: 2,
            reweightings: 2,
            sweeps: 10,
        }
    }
}

impl ClgParams {
    /// Rejects settings without a finite flow.
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        let blur = "0 to 100";
        let scale = "1e-6 to 1e6";
        OutOfRange::unless_within(0.0..=100.0, "presmoothing_px", blur, self.presmoothing_px)?;
        OutOfRange::unless_within(0.0..=100.0, "window_px", blur, self.window_px)?;
        OutOfRange::unless_within(1e-6..=1e6, "smoothness", scale, self.smoothness)?;
        OutOfRange::unless_within(1e-6..=1e6, "data_scale", scale, self.data_scale)?;
        OutOfRange::unless_within(1e-6..=1e6, "edge_scale", scale, self.edge_scale)
    }
}
