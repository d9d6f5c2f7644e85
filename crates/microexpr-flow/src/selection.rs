//! Which frames of a clip show motion: §3.1 of 2S-AMAGN.

mod intensity;
mod params;
mod picture;
mod select;
mod selected_frames;

pub use params::{IntensityFrame, IntensityMeasure, KeepRule, SelectionParams};
pub use picture::selection_picture;
pub use select::{select_frames, select_frames_of};
pub use selected_frames::Selection;
