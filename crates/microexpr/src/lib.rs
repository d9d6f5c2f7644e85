//! Facial micro-expression recognition from video: every stage of the pipeline, and the classifier that joins them.
//!
//! ```no_run
//! use microexpr::prelude::*;
//!
//! let classifier = Classifier::load("model.safetensors", Device::Cpu)?;
//! let prediction = classifier.classify(&ImageSequence::open("clip/")?, 100.0)?;
//! println!("{}: {:.0} %", prediction.class_name(), 100.0 * prediction.probability());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | crate | holds |
//! |---|---|---|
//! | [`core`] | `microexpr-core` | clips, flow fields, landmarks, image operators |
//! | [`video`] | `microexpr-video` | frames of video files and pipes |
//! | [`magnify`] | `microexpr-magnify` | motion magnification |
//! | [`flow`] | `microexpr-flow` | optical flow, frame selection |
//! | [`landmarks`] | `microexpr-landmarks` | face detection, landmarks, tracking, alignment |
//! | [`graph`] | `microexpr-graph` | landmark graphs |
//! | [`pipeline`](mod@pipeline) | `microexpr-pipeline` | frames to graphs, with a cache |
//! | [`gnn`] | `microexpr-gnn` | graph attention layers and networks |
//! | [`data`] | `microexpr-data` | datasets |
//! | [`evaluation`] | `microexpr-evaluation` | protocols, learners, finished folds, shares, metrics |
//! | [`classifier`] | `microexpr-classifier` | the network as a learner, training, report, saved models, prediction |
//! | [`spot`] | `microexpr-spot` | where in a long recording expressions are |
//! | [`synth`] | `microexpr-synth` | generated faces with exact ground truth |
//!
//! Each crate can be used alone; this one adds nothing but the names.
//!
//! # Features
//!
//! `flex` (default) runs the network on the processor, `cuda` on an NVIDIA GPU, `wgpu` on any other.

#![doc(html_root_url = "https://docs.rs/microexpr/latest")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use microexpr_classifier as classifier;
pub use microexpr_core as core;
pub use microexpr_data as data;
pub use microexpr_evaluation as evaluation;
pub use microexpr_flow as flow;
pub use microexpr_gnn as gnn;
pub use microexpr_graph as graph;
pub use microexpr_landmarks as landmarks;
pub use microexpr_magnify as magnify;
pub use microexpr_pipeline as pipeline;
pub use microexpr_spot as spot;
pub use microexpr_synth as synth;
pub use microexpr_video as video;

/// The names that most programs need.
pub mod prelude {
    pub use microexpr_classifier::{
        Classifier, ClassifierError, Device, Experiment, Outcome, Prediction, Settings,
    };
    pub use microexpr_core::{Clip, FlowField, FrameSource, ImageSequence, Landmarks};
    pub use microexpr_data::{DatasetIndex, LabelScheme, Layout};
    pub use microexpr_evaluation::{Evaluation, EvaluationRequest, Example, Learner, Protocol};
    pub use microexpr_pipeline::{Cache, Pipeline};
    pub use microexpr_video::Video;
}

/// The program of the crate's front page, which is to compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
