//! From the frames of a face to landmark graphs: landmarks, tracking, alignment, averaging, magnification, frame selection,
//! optical flow, graph; and a cache, so that no clip is worked on twice.
//!
//! ```no_run
//! use microexpr_core::ImageSequence;
//! use microexpr_pipeline::{Cache, Pipeline, PipelineSettings};
//!
//! let pipeline = Pipeline::new(&PipelineSettings::default())?;
//! let aligned = pipeline.register(&ImageSequence::open("clip/")?, 100.0)?;
//! let graph = pipeline.graph(&aligned, 4.0)?;
//! println!("{} nodes in {} of {} frames", graph.graph.nodes(), graph.selection.kept.len(), graph.frames);
//!
//! // The same with a cache.
//! let cache = Cache::at("cache/");
//! let mut clip = pipeline.prepare(&ImageSequence::open("clip/")?, 100.0, &cache)?;
//! assert_eq!(clip.graph(4.0)?.value, graph);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | item | holds |
//! |---|---|
//! | [`Pipeline`], [`PipelineSettings`] | frames to graphs, step by step |
//! | [`ClipPreparation`], [`Cache`] | frames to graphs, each made once |
//! | [`ClipGraph`] | what comes of it |
//! | [`Pipeline::flow_map`], [`flow_map_graph`], [`FlowMapParams`] | clips to flow maps, flow maps to graphs |
//! | [`landmarks_beside`] | points that another program has found |
//! | [`LandmarkSource`], [`FlowSpan`], [`GraphUnit`] | choices |

#![doc(html_root_url = "https://docs.rs/microexpr-pipeline/latest")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod cache;
mod clip_graph;
mod clip_preparation;
mod error;
mod flow_map_graph;
mod flow_map_of_clip;
mod landmark_files;
mod pipeline;
mod pipeline_settings;
mod point_source;
mod views;

// The crates whose types stand in public signatures, in the versions that they have there.
pub use microexpr_core;
pub use microexpr_flow;
pub use microexpr_graph;
pub use microexpr_landmarks;
pub use microexpr_magnify;
pub use ndarray;

pub use cache::{Cache, CacheKey, Cached};
pub use clip_graph::ClipGraph;
pub use clip_preparation::ClipPreparation;
pub use error::PipelineError;
pub use flow_map_graph::{
    FlowMapChannels, FlowMapFrames, FlowMapNodes, FlowMapParams, flow_map_graph, flow_map_graphs,
};
pub use landmark_files::landmarks_beside;
pub use pipeline::Pipeline;
pub use pipeline_settings::{FlowSpan, GraphUnit, LandmarkSource, PipelineSettings};
pub use views::Views;

/// The program of the crate's front page, which is to work.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
