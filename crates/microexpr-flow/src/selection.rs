//! Which frames of a clip show motion: §3.1 of 2S-AMAGN.

mod intensity;
mod params;
mod select;

pub use params::{IntensityFrame, IntensityMeasure, KeepRule, SelectionParams};
pub use select::{Selection, select_frames};
