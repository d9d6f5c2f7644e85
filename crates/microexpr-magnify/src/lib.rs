//! Eulerian video motion magnification: makes motion far below a pixel visible, frame by frame or for whole clips.
//!
//! From a folder of frames to magnified frames:
//!
//! ```
//! use microexpr_core::{Clip, ImageSequence};
//! use microexpr_magnify::{MagnifyParams, magnify_clip};
//!
//! # let folder = tempfile::tempdir()?;
//! # for i in 0..20 { image::GrayImage::from_fn(32, 32, |x, y| image::Luma([(8 * x + y + i % 2) as u8])).save(folder.path().join(format!("{i}.png")))?; }
//! let clip: Clip = ImageSequence::open(&folder)?.to_clip(100.0)?;
//! let magnified = magnify_clip(&clip, &MagnifyParams { alpha: 8.0, ..Default::default() })?;
//! assert_eq!(magnified.frame(0), clip.frame(0)); // the reference
//! for i in 0..magnified.len() {
//!     let pixel = |x: u32, y: u32| image::Luma([(255.0 * magnified.frame(i)[[y as usize, x as usize]]).round() as u8]);
//!     let frame = image::GrayImage::from_fn(clip.width() as u32, clip.height() as u32, pixel);
//!     frame.save(folder.path().join(format!("magnified_{i:03}.png")))?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | item | what it is |
//! |---|---|
//! | [`Magnifier`] | frame by frame, constant memory |
//! | [`magnify_clip`], [`magnify_clip_alphas`], [`magnify_clip_phase`], [`magnify_frames`] | whole clips |
//! | [`RieszMagnifier`] | frame by frame, phase-based: for large α and noisy video |
//! | [`average_frames`] | less noise in every frame, before or after magnification |
//! | [`MagnifyParams`], [`StreamParams`] | settings of the two |
//! | [`ClipFilter`], [`StreamFilter`] | which changes in time count as motion; a stream takes only the latter |
//! | [`GainRule`] | how α is spread over the pyramid levels; [`GainRule::ColorChange`] for pulse |
//! | [`Preset`] | the settings of the MIT release, and its quirks |
//! | [`FrameLayout`], [`Sample`] | `u8`, `u16` or `f32`, grey or RGB, any size |
//!
//! # Method
//!
//! `output = input + Σ gain[level] · level of (temporally filtered input)`, on the Laplacian pyramid with binomial-5 taps
//! and reflect-101 borders. To first order a pattern that moved by `δ` then appears moved by `(1 + α) δ`; that holds while
//! `(1 + α) δ` is under an eighth of the pattern's wavelength.
//!
//! Source: H.-Y. Wu, M. Rubinstein, E. Shih, J. Guttag, F. Durand, W. Freeman, "Eulerian Video Magnification for Revealing
//! Subtle Changes in the World", SIGGRAPH 2012. Differs: the temporal filter runs once, on the finest amplified level,
//! before the levels are split, which is the same by linearity; rounding differs by less than one grey level.

#![doc(html_root_url = "https://docs.rs/microexpr-magnify/latest")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod average;
mod blur;
mod clip;
mod color;
mod error;
mod frame;
mod gain;
mod ideal;
mod low_pass;
mod low_pass_difference;
mod magnifier;
mod parallel;
mod params;
mod plan;
mod preset;
mod pyramid;
mod riesz;
mod riesz_level;
mod row_bands;
mod rows;
mod sample;
mod simd;
mod spatial;
mod temporal_filter;
mod trigonometry;
mod zero_phase;

// The crates whose types stand in public signatures, in the versions that they have there.
pub use microexpr_core;
pub use ndarray;

pub use average::average_frames;
pub use clip::{magnify_clip, magnify_clip_alphas, magnify_clip_phase, magnify_frames};
pub use error::MagnifyError;
pub use frame::{ColorModel, FrameLayout};
pub use gain::{GainRule, level_count};
pub use magnifier::Magnifier;
pub use params::{MagnifyParams, StreamParams};
pub use preset::{MIT_DROPPED_FRAMES, Preset};
pub use riesz::{RieszMagnifier, RieszParams};
pub use sample::Sample;
pub use temporal_filter::{ButterworthOrder, ClipFilter, Extension, FilterWarning, StreamFilter};

/// The program of the crate's front page, which is to work.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
