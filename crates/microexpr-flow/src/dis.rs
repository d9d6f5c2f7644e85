//! Dense inverse search.

mod densify;
mod params;
mod patch;
mod search;
mod solver;

pub use params::{DisParams, DisPreset};
pub use solver::Dis;
