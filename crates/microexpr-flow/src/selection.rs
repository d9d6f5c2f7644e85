//! Which frames of a clip show motion: §3.1 of 2S-AMAGN.

mod intensity;
mod params;
mod picture;
mod select;

pub use params::{IntensityFrame, IntensityMeasure, KeepRule, SelectionParams};
pub use picture::selection_picture;
pub use select::{Selection, select_frames, select_frames_of};
