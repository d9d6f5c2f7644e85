//! Red-black over-relaxation of the linear equations of a variational flow.

mod checkerboard;
mod linear_system;
mod over_relaxation;

pub(crate) use linear_system::{LinearSystem, Lines};
pub(crate) use over_relaxation::OverRelaxation;
