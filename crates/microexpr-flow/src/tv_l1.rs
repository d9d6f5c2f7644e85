//! TV-L1 optical flow, with OpenCV's parameters.

mod gradient_warp;
mod iteration;
mod params;
mod solver;

pub use params::{MedianFilter, TvL1Params};
pub use solver::TvL1;
