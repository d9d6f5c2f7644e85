//! Combined local-global optical flow.

mod motion_tensor;
mod params;
mod refinement;
mod solver;
mod system;

pub use params::ClgParams;
pub use solver::Clg;
