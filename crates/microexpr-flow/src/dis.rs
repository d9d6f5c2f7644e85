//! Dense inverse search.

mod constancy;
mod densify;
mod params;
mod patch;
mod refinement;
mod search;
mod solver;

pub use params::{DisParams, DisPreset};
pub use solver::Dis;
