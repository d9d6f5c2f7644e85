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
//! assert!((0.1..0.45).contains(&farthest));
//! # Ok::<(), microexpr_synth::SynthError>(())
//! ```
//!
//! A person is a painted face: 68 points drawn about the mean face, and skin, hair, eyes, nose and mouth painted where the
//! points are, with texture and a lamp. A clip is that one painting, seen through a smooth warp that is known exactly: the
//! pulls of the action units, and what spoils real recordings (head motion, drift, blinks, flicker, noise). Where a point
//! of the face is seen is solved from the same warp, so the ground truth has no measuring error.
//!
//! | item | is |
//! |---|---|
//! | [`SynthParams`], [`ClassShares`], [`Nuisance`] | settings |
//! | [`Expression`], [`ActionUnit`] | classes and what they are made of |
//! | [`Subject`], [`SplineImage`] | a painted face and its continuous image |
//! | [`SynthClip`], [`ClipTruth`] | rendered frames and what happens in them |
//! | [`generate`], [`class_sequence`] | a whole dataset in memory |
//! | [`write_dataset`], [`Layout`], [`GeneratedClip`] | a whole dataset on disk |

mod action_unit;
mod annotation_file;
mod canvas;
mod clip;
mod dataset;
mod dataset_files;
mod deformation;
mod emotion;
mod error;
mod expression;
mod features;
mod frame_file;
mod grain;
mod identity;
mod layout;
mod outline;
mod params;
mod performance;
mod portrait;
mod pose;
mod relief;
mod spline_image;
mod subject;
mod template;
mod texture;
mod time_course;
mod truth_files;

pub use action_unit::ActionUnit;
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
