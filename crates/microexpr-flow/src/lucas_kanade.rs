//! Pyramidal Lucas–Kanade: where single points of one frame have gone in another.

mod frame_pyramid;
mod params;
mod prepared_points;
mod search;
mod spline_plane;
mod spline_taps;
mod tracked_point;
mod tracker;
mod window;

pub use frame_pyramid::FramePyramid;
pub use params::{Consistency, LucasKanadeParams};
pub use prepared_points::PreparedPoints;
pub use tracked_point::{TrackStatus, TrackedPoint};
pub use tracker::LucasKanade;
