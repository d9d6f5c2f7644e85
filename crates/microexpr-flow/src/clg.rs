//! Combined local-global optical flow.

mod checkerboard;
mod motion_tensor;
mod params;
mod refinement;
mod relaxation;
mod solver;
mod system;

pub use params::ClgParams;
pub(crate) use refinement::Refinement;
pub use solver::Clg;
