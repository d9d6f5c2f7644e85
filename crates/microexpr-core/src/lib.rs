//! Values that cross crates of the `microexpr` workspace, and the image operators that more than one of them needs.
//!
//! ```
//! use microexpr_core::{Clip, sample};
//! use ndarray::Array3;
//!
//! let clip = Clip::new(Array3::from_elem((2, 4, 6), 0.5), 100.0)?;
//! assert_eq!((clip.len(), clip.height(), clip.width()), (2, 4, 6));
//! assert_eq!(sample::bilinear(clip.frame(0), 2.5, 1.5), 0.5);
//! # Ok::<(), microexpr_core::CoreError>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | (root) | [`Clip`], [`CompactClip`], [`GreyFrames`], [`ImageSequence`], [`FrameSource`], [`SampleBits`], [`FlowField`], [`Landmarks`], [`CoreError`], [`OutOfRange`]; grey values; `image` buffers as arrays and back |
//! | [`border`] | the reflect-101 border rule |
//! | [`filter`] | separable convolution, Gaussian blur |
//! | [`pyramid`] | binomial-5 Gaussian pyramid, down and up |
//! | [`sample`] | bilinear and bicubic sub-pixel sampling |
//! | [`resize`] | bilinear resizing with pixel-centre alignment |
//! | [`atomic_file`] | files that are either whole or absent |
//!
//! # Conventions
//!
//! Images are `f32` in `0..=1`, row-major `[row, col]`. Points are `[x, y]` in pixels with `(0, 0)` the centre of the
//! first pixel. Flow `u` points right and `v` down, in pixels per frame, and `I0(x) ≈ I1(x + flow(x))`.

#![doc(html_root_url = "https://docs.rs/microexpr-core/latest")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod atomic_file;
mod bmp_file;
pub mod border;
mod clip;
mod compact_clip;
#[cfg(feature = "digest")]
mod digest;
mod error;
pub mod filter;
mod flow_field;
mod frame_number;
mod frame_source;
mod grey;
mod grey_frames;
mod hidden;
mod image_file;
mod image_part;
mod image_sequence;
mod jpeg_file;
mod landmarks;
mod natural_order;
mod out_of_range;
mod pixels;
pub mod pyramid;
pub mod resize;
pub mod sample;
mod sample_bits;
mod tiff_file;
mod vectorized;

// The crates whose types stand in public signatures, in the versions that they have there.
pub use image;
pub use ndarray;

pub use clip::Clip;
pub use compact_clip::{CompactClip, grey_levels};
#[cfg(feature = "digest")]
pub use digest::{Digest, Digester};
pub use error::CoreError;
pub use flow_field::FlowField;
pub use frame_number::frame_number;
pub use frame_source::{FrameSource, SequenceFrames};
pub use grey::{first_unusable_grey, grey_from_image, grey_window_from_image};
pub use grey_frames::GreyFrames;
pub use hidden::is_hidden;
pub use image_part::ImagePart;
pub use image_sequence::ImageSequence;
pub use jpeg_file::{JpegFault, whole_jpeg};
pub use landmarks::{LandmarkScheme, Landmarks, Point};
pub use natural_order::natural_order;
pub use out_of_range::OutOfRange;
pub use pixels::{image_from_grey, image_from_luma_pixels, image_from_rgb_pixels, luma_pixels, rgb_pixels};
pub use sample_bits::SampleBits;

/// The program of the crate's front page, which is to work.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
