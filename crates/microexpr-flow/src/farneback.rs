//! Farnebäck's optical flow, with OpenCV's parameters and numbers.

mod equations;
mod params;
mod polynomial;
mod shrink;
mod solver;
mod window;

pub use params::{FarnebackParams, FarnebackWindow};
pub use solver::Farneback;
