//! Where in a long recording of a face expressions are: onset, apex and offset of micro- and macro-expressions, from the motion of small
//! regions, while it is being recorded; and MEGC's scores.
//!
//! ```
//! use microexpr_core::{LandmarkScheme, Landmarks};
//! use microexpr_spot::{FaceRegions, RegionTracker, RegionTrackerParams, SpotError, SpotParams, SpottedExpression, Spotter};
//! use ndarray::Array2;
//!
//! /// Frames of grey in 0..=1, and the 68 landmarks in the first of them.
//! fn spot(frames: &[Array2<f32>], landmarks: &Landmarks, fps: f64) -> Result<Vec<SpottedExpression>, SpotError> {
//!     let regions = FaceRegions::of_landmarks(landmarks)?;
//!     let mut tracker = RegionTracker::start(frames[0].view(), &regions, fps, RegionTrackerParams::default())?;
//!     let mut spotter = Spotter::new(&regions, fps, SpotParams::default())?;
//!     let mut found = Vec::new();
//!     for frame in frames {
//!         match tracker.follow(frame.view())? {
//!             Some(motion) => found.extend(spotter.push(&motion)?),
//!             None => found.extend(spotter.skip(1)), // and look for the face again
//!         }
//!     }
//!     found.extend(spotter.finish());
//!     Ok(found)
//! }
//! ```
//!
//! | item | does |
//! |---|---|
//! | [`FaceRegions`], [`FacePart`] | 39 regions of the face, placed by 68 landmarks |
//! | [`RegionTracker`], [`RegionMotion`] | follows them, flicker taken out |
//! | [`Spotter`], [`SpotParams`] | expressions in their motion, head and blinks taken out, with bounded delay |
//! | [`SpottedExpression`], [`Interval`], [`ExpressionKind`] | what was spotted |
//! | [`SpottingScores`], [`right_pairs`], [`spot_then_recognise`] | MEGC's F1 over intervals, STRS |
//! | [`Mdmd`], [`maximal_difference`] | a published spotter by optical flow, for comparison |
//! | [`read_truth`], [`TrueExpression`] | true intervals from a table |
//! | [`timeline`] | a picture of the motion and what was spotted in it |
//!
//! Nothing of it needs a network: it is motion and time. Landmarks come from anywhere, such as `microexpr-landmarks`.

#![doc(html_root_url = "https://docs.rs/microexpr-spot/latest")]

mod blinks;
mod brightness;
mod candidates;
mod error;
mod head_motion;
mod interval;
mod mdmd;
mod motion_track;
mod region;
mod region_tracker;
mod scores;
mod spot_params;
mod spotter;
mod timeline;
mod truth;

// The crates whose types stand in public signatures, in the versions that they have there.
pub use microexpr_core;
pub use microexpr_flow;
pub use ndarray;

pub use error::SpotError;
pub use interval::{ExpressionKind, Interval, SpottedExpression};
pub use mdmd::{Mdmd, MdmdParams, MdmdSearch, maximal_difference};
pub use region::{FacePart, FaceRegion, FaceRegions};
pub use region_tracker::{RegionMotion, RegionTracker, RegionTrackerParams};
pub use scores::{RIGHT_OVERLAP, SpottingScores, right_pairs, spot_then_recognise};
pub use spot_params::SpotParams;
pub use spotter::Spotter;
pub use timeline::{PartMotion, Timeline, timeline};
pub use truth::{TrueExpression, read_truth};

/// The program of the crate's front page, which is to work.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
