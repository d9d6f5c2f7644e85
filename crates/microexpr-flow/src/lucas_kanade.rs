//! Pyramidal Lucas–Kanade: where single points of one frame have gone in another.

mod params;
mod search;
mod spline_plane;
mod spline_taps;
mod tracker;
mod window;

pub use params::{Consistency, LucasKanadeParams};
pub use tracker::{FramePyramid, LucasKanade, PreparedPoints, TrackStatus, TrackedPoint};
