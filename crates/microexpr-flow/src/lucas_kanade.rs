//! Pyramidal Lucas–Kanade: where single points of one frame have gone in another.

mod byte_rows;
mod params;
mod search;
mod spline_plane;
mod tracker;
mod window;

pub use params::{Consistency, LucasKanadeParams};
pub use tracker::{FramePyramid, LucasKanade, PreparedPoints, TrackStatus, TrackedPoint};
