//! Frames of video files and pipes, in pure Rust: MP4 and MOV (H.264), AVI (Motion JPEG, raw frames), Y4M.
//!
//! ```
//! use microexpr_core::grey_from_image;
//! use microexpr_video::{Compression, Video};
//!
//! # let recording = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/odd.mp4");
//! let video = Video::open(recording)?;
//! assert_eq!((video.fps(), video.frame_count()), (Some(30_000.0 / 1001.0), Some(12)));
//! assert_eq!(video.compression(), Compression::BetweenFrames, "fine motion may be lost");
//! for frame in video {
//!     let grey = grey_from_image(&frame?);
//!     assert_eq!(grey.dim(), (74, 94));
//! }
//! # Ok::<(), microexpr_video::VideoError>(())
//! ```
//!
//! Anything else goes through ffmpeg and a pipe, which [`Video::from_standard_input`] reads:
//! `ffmpeg -i recording.mkv -f yuv4mpegpipe - | program`. The errors say so.
//!
//! | | holds |
//! |---|---|
//! | [`Video`] | an open video: frame rate, frames one after the other in constant memory, or all as an [`ImageSequence`] |
//! | [`VideoParams`], [`Levels`] | how it is read: limited range stretched or left |
//! | [`Compression`], [`Resampled`] | what was done to the frames before, and for a constant rate |
//! | [`is_video`], [`decode_videos`] | lists of frames that may lie in videos: `clip.avi/00012` |
//! | [`VideoError`] | why there are no frames, or no more |
//!
//! [`ImageSequence`]: microexpr_core::ImageSequence
//!
//! # What compression between frames costs
//!
//! H.264 and its like leave out first what nobody sees, and motion of a tenth of a pixel is among it. On generated recordings the
//! recommended classifier (five folds, UF1) reaches:
//!
//! | motion | uncompressed | JPEG 90 | JPEG 75 | x264 CRF 18 | CRF 23 | CRF 28 |
//! |---|---|---|---|---|---|---|
//! | 0.12 to 0.4 px, noisy | .866 | .887 | .866 | .715 | .601 | .458 |
//! | 0.5 to 1.8 px | .976 | .982 | .976 | .970 | .889 | .888 |
//!
//! So record raw or Motion JPEG; H.264 at CRF 18 does for motion of half a pixel and more.

#![doc(html_root_url = "https://docs.rs/microexpr-video/latest")]

mod avi;
mod container;
mod error;
mod h264;
mod huffman_tables;
mod isobmff;
mod jpeg;
mod luma;
mod mp4;
mod named_frames;
mod sequence_parameters;
mod timeline;
mod video;
mod y4m;

// The crates whose types stand in public signatures, in the versions that they have there.
pub use image;
pub use microexpr_core;

pub use container::is_video;
pub use error::VideoError;
pub use luma::Levels;
pub use named_frames::decode_videos;
pub use video::{Compression, MOST_CLIP_BYTES, Resampled, Video, VideoParams};

/// The program of the crate's front page, which is to work.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
