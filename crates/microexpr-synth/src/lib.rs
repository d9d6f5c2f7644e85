//! Generated faces with action-unit motion and exact ground truth, in the datasets' layouts.
//!
//! ```
//! use microexpr_synth::{Expression, Nuisance, Subject, SynthClip, SynthParams};
//!
//! let params = SynthParams { nuisance: Nuisance::none(), frames: [5, 5], ..SynthParams::default() };
//! let person = Subject::new(&params, 1)?;
//! let clip = SynthClip::render(&params, &person, 1, Expression::Surprise)?;
//! let farthest = clip.truth.total_motion().iter().map(|[x, y]| x.hypot(*y)).fold(0.0, f64::max);
//! assert_eq!(clip.frames.dim(), (5, 320, 320));
//! // Log-normal about 1.2 % of the distance between the eyes, 78 px, within 0.3 to 4 %.
//! assert!((0.2..3.2).contains(&farthest));
//! # Ok::<(), microexpr_synth::SynthError>(())
//! ```
//!
//! A person is a painted face: 68 points drawn about the mean face, and skin, hair, eyes, nose and mouth painted where the
//! points are, with texture and a lamp. A clip is that one painting, seen through a smooth warp that is known exactly: the
//! pulls of the action units, and what spoils real recordings (head motion, drift, blinks, flicker, noise). Where a point
//! of the face is seen is solved from the same warp, so the ground truth has no measuring error.
//!
//! How strong expressions are, how fast, and which action units each class shows is calibrated on what is published of real
//! micro-expressions ([`Spontaneous`]). Classes overlap as they do there: a recogniser's figures are to be read beside the
//! [`Ceiling`]. What a painting cannot show: the inside of the mouth (AU 25, 26), lips that vanish (AU 28), wrinkles; there
//! the skin moves and nothing is uncovered. No set of the table is left out.
//!
//! | item | is |
//! |---|---|
//! | [`SynthParams`], [`ClassShares`], [`Nuisance`] | settings |
//! | [`Acting`], [`Spontaneous`], [`PeakShare`] | how strong, how fast, and by which action units |
//! | [`Expression`], [`ActionUnit`], [`ActionUnitSet`], [`Activation`], [`Side`] | classes and what they are made of |
//! | [`ActionUnitTable`], [`ActionUnitCounts`], [`Ceiling`] | how often each class shows which, and what knowing it is worth |
//! | [`Subject`], [`SplineImage`] | a painted face and its continuous image |
//! | [`SynthClip`], [`ClipTruth`] | rendered frames and what happens in them |
//! | [`generate`], [`class_sequence`] | a whole dataset in memory |
//! | [`write_dataset`], [`Layout`], [`GeneratedClip`] | a whole dataset on disk |
//!
//! # Features
//!
//! `xlsx` (default) writes SAMM's and CASME II's annotations as workbooks; without it, the same tables as CSV.

#![doc(html_root_url = "https://docs.rs/microexpr-synth/latest")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod acting;
mod action_unit;
mod action_unit_set;
mod action_unit_table;
mod annotation_file;
mod canvas;
mod ceiling;
mod clip;
mod dataset;
mod dataset_files;
mod deformation;
mod emotion;
mod error;
mod expression;
mod eyelids;
mod features;
mod frame_file;
mod grain;
mod habits;
mod identity;
mod layout;
mod outline;
mod params;
mod performance;
mod portrait;
mod pose;
mod pull;
mod relief;
mod spline_image;
mod subject;
mod table_file;
mod template;
mod texture;
mod time_course;
mod truth_files;

// The crates whose types stand in public signatures, in the versions that they have there.
pub use microexpr_core;
pub use ndarray;

pub use acting::{Acting, PeakShare, Spontaneous};
pub use action_unit::ActionUnit;
pub use action_unit_set::{ActionUnitSet, Activation, Side};
pub use action_unit_table::{ActionUnitCounts, ActionUnitTable};
pub use ceiling::Ceiling;
pub use clip::{ClipTruth, SynthClip};
pub use dataset::{Progress, class_sequence, generate};
pub use dataset_files::write_dataset;
pub use error::SynthError;
pub use expression::Expression;
pub use layout::Layout;
pub use params::{ClassShares, Nuisance, SynthParams};
pub use spline_image::SplineImage;
pub use subject::Subject;
pub use truth_files::{GeneratedClip, MotionAtApex};

/// The program of the crate's front page, which is to work.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
