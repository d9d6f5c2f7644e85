//! Dense and sparse optical flow with sub-pixel accuracy, in pure Rust.
//!
//! ```
//! use microexpr_flow::{FlowAlgorithm, flow_picture, FlowScale};
//! use ndarray::Array2;
//!
//! // A pattern that moves by 0.4 px to the right and 0.2 px up.
//! let pattern = |dx: f32, dy: f32| Array2::from_shape_fn((60, 80), |(row, col)| {
//!     let (x, y) = (col as f32 - dx, row as f32 - dy);
//!     0.5 + 0.2 * (x / 3.0 + y / 9.0).sin() + 0.2 * (y / 4.0 - x / 11.0).cos()
//! });
//! let mut solver = FlowAlgorithm::default().solver();
//! let flow = solver.flow(pattern(0.0, 0.0).view(), pattern(0.4, -0.2).view())?;
//! assert!((flow.u()[[30, 40]] - 0.4).abs() < 0.02 && (flow.v()[[30, 40]] + 0.2).abs() < 0.02);
//! assert_eq!(flow_picture(&flow, FlowScale::Automatic).dimensions(), (80, 60));
//! # Ok::<(), microexpr_flow::FlowError>(())
//! ```
//!
//! | item | does |
//! |---|---|
//! | [`DenseFlow`], [`FlowAlgorithm`], [`PreparedFrame`] | one interface to all dense algorithms, their settings as a value |
//! | [`Clg`] | combined local-global flow: the choice for motion of tenths of a pixel in noise |
//! | [`TvL1`] | total variation and absolute differences: sharp motion edges |
//! | [`Farneback`] | polynomial expansion, OpenCV's numbers |
//! | [`Dis`] | dense inverse search: the fastest |
//! | [`LucasKanade`] | single points by pyramidal Lucas–Kanade |
//! | [`flow_pairs`], [`flow_sequence`] | many pairs of a clip, in parallel |
//! | [`select_frames`] | the frames of a clip that move more than their segment does |
//! | [`selection_picture`] | their intensity curve as SVG |
//! | [`strain`], [`divergence`] | how much the image deforms |
//! | [`warp_backward`] | takes a later frame back to the earlier one |
//! | [`end_point_error`], [`angular_error`] | comparison with a true flow |
//! | [`round_trip_error`] | consistency of a flow with the one back |
//! | [`flo`], [`kitti`] | Middlebury's and KITTI's files |
//! | [`flow_picture`] | pictures in Middlebury's colours |
//! | [`FlowMap`], [`read_flow_map`], [`write_flow_map`] | the field's 28×28 pictures of a clip's motion |
//!
//! # Conventions
//!
//! Frames are `f32` in `0..=1`, `[row, col]`. Flow `u` points right and `v` down, in pixels, and `I0(x) ≈ I1(x + flow(x))`.
//! Points are `[x, y]` in pixels, `(0, 0)` being the centre of the first pixel. Results do not depend on the number of
//! threads, nor on the processor.

#![doc(html_root_url = "https://docs.rs/microexpr-flow/latest")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod algorithm;
mod angular_error;
mod clg;
mod coarse_to_fine;
mod color_wheel;
mod dense_flow;
mod dis;
mod end_point_error;
mod error;
mod farneback;
mod filter;
pub mod flo;
mod flow_map;
mod flow_pairs;
pub mod kitti;
mod lanes;
mod lucas_kanade;
mod median;
mod plane;
mod plane_halving;
mod plane_resize;
mod plane_warp;
mod relaxation;
mod round_trip;
mod selection;
mod solver;
mod strain;
mod tv_l1;
mod warp;

// The crates whose types stand in public signatures, in the versions that they have there.
pub use image;
pub use microexpr_core;
pub use ndarray;

pub use algorithm::FlowAlgorithm;
pub use angular_error::angular_error;
pub use clg::{Clg, ClgParams};
pub use color_wheel::{FlowScale, flow_picture};
pub use dense_flow::{DenseFlow, PreparedFrame};
pub use dis::{Dis, DisParams, DisPreset};
pub use end_point_error::{end_point_error, mean_end_point_error};
pub use error::FlowError;
pub use farneback::{Farneback, FarnebackParams, FarnebackWindow};
pub use flow_map::{FlowMap, area_mean, read_flow_map, write_flow_map};
pub use flow_pairs::{flow_pairs, flow_sequence};
pub use lucas_kanade::{
    Consistency, FramePyramid, LucasKanade, LucasKanadeParams, PreparedPoints, TrackStatus, TrackedPoint,
};
pub use round_trip::round_trip_error;
pub use selection::{
    IntensityFrame, IntensityMeasure, KeepRule, Selection, SelectionParams, select_frames, select_frames_of,
    selection_picture,
};
pub use strain::{divergence, strain};
pub use tv_l1::{MedianFilter, TvL1, TvL1Params};
pub use warp::warp_backward;

/// The program of the crate's front page, which is to work.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
