use microexpr_core::Point;
use serde::{Deserialize, Serialize};

/// What became of a tracked point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TrackStatus {
    /// Found.
    #[serde(alias = "Tracked")]
    Tracked,
    /// The point or its match lies outside the image.
    #[serde(alias = "OutsideImage")]
    OutsideImage,
    /// The window around the point has too little texture in some direction.
    #[serde(alias = "NoTexture")]
    NoTexture,
    /// Tracking back ends too far from the point.
    #[serde(alias = "Inconsistent")]
    Inconsistent,
}

/// A point of the template in another frame.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrackedPoint {
    /// `[x, y]` in pixels, always finite: the best estimate even where the status is not [`TrackStatus::Tracked`].
    pub position: Point,
    /// Whether the point was found.
    pub status: TrackStatus,
    /// Mean absolute grey difference between the two windows, before the last step.
    pub residual: f64,
    /// Distance in pixels between the point and its track back; `None` if it was not tracked back.
    pub forward_backward_px: Option<f64>,
}

impl TrackedPoint {
    /// Whether the point was found.
    #[must_use]
    pub fn is_tracked(&self) -> bool {
        self.status == TrackStatus::Tracked
    }
}
