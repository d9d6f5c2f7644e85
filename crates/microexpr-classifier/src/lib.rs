//! End-to-end micro-expression classification: the two-stream network as a learner, training, evaluation with a report, saved
//! models, prediction.
//!
//! ```no_run
//! use microexpr_classifier::{Device, Experiment, Settings, summary};
//! use microexpr_data::{LabelScheme, Layout};
//! use microexpr_pipeline::Cache;
//!
//! let index = Layout::Smic.read("SMIC/")?;
//! let experiment =
//!     Experiment { settings: Settings::default(), device: Device::Cpu, cache: Cache::at("cache/") };
//! let out = std::path::Path::new("results/");
//! let outcome = experiment.loso(&index, LabelScheme::ThreeClasses, &[1], out, &|_| ())?;
//! outcome.write(out)?;
//! print!("{}", summary(&outcome.evaluation));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Who has graphs of their own starts from [`NetworkLearner::new`] and an
//! [`EvaluationRequest`](microexpr_evaluation::EvaluationRequest); who has other features, from a
//! [`Learner`](microexpr_evaluation::Learner) of their own, whose evaluation [`Outcome`] writes a report of.
//!
//! | item | holds |
//! |---|---|
//! | [`Settings`] | everything that decides a result beside data and seed: the pipeline's settings, [`ModelSettings`], [`TrainingSettings`] |
//! | [`Preset`] | named settings: the paper's, and those that recognise best |
//! | [`NetworkLearner`] | the network as a learner, on graphs |
//! | [`Experiment`], [`ExperimentRequest`] | datasets to results: evaluation by subject-wise protocols, training on everything |
//! | [`FlowMapExperiment`] | the same on published flow maps |
//! | [`LearnerName`], [`MachineLearner`], [`StstnetLearner`], [`Rivals`] | what the network is measured against, and the table of them |
//! | [`Outcome`], [`OutcomePart`], [`KeyFrames`] | results with their report, and a machine's share of them |
//! | [`Ablation`], [`Variant`] | what each part of the method is worth |
//! | [`InnerValidation`] | the number of epochs, chosen on training subjects |
//! | [`PaperProtocol`] | the paper's figures |
//! | [`SavedModel`], [`Classifier`], [`Prediction`] | a trained network, and its use on frames in files, frames in memory, graphs |
//! | [`Device`] | where the network runs |

#![doc(html_root_url = "https://docs.rs/microexpr-classifier/latest")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod ablation;
mod base64;
mod batch;
mod classifier;
mod committee;
mod confusion_figure;
mod device;
mod error;
mod experiment;
mod explanation;
mod face_figure;
mod flow_map_experiment;
mod frame_figure;
#[cfg(feature = "flex")]
mod host_graphs;
#[cfg(feature = "flex")]
mod host_steps;
mod inner_validation;
mod key_frames;
mod learner_name;
mod line_chart;
mod loss_figure;
mod model_description;
mod model_settings;
mod network_fold;
mod network_input;
mod network_learner;
mod networks;
mod outcome;
mod paper_figures;
mod prediction;
mod prepare;
mod prepared_graph;
mod preset;
mod progress;
mod recorded_frames;
mod report;
mod ridge;
mod rivals;
mod saved_model;
mod settings;
mod settings_json;
mod standardisation;
mod summary;
mod training;
mod training_set;
mod training_settings;
mod training_steps;
mod turned_heads;
mod weight_average;

// The crates whose types stand in public signatures, in the versions that they have there.
pub use microexpr_core;
pub use microexpr_data;
pub use microexpr_evaluation;
pub use microexpr_gnn;
pub use microexpr_graph;
pub use microexpr_pipeline;

pub use ablation::{Ablation, AblationRow, Variant};
pub use classifier::{Classifier, ClassifierInput, ClassifierOptions, Relevance};
pub use device::Device;
pub use error::ClassifierError;
pub use experiment::{Experiment, ExperimentRequest};
pub use flow_map_experiment::FlowMapExperiment;
pub use inner_validation::InnerValidation;
pub use key_frames::{KeyFrame, KeyFrames};
pub use learner_name::LearnerName;
pub use model_description::ModelDescription;
pub use model_settings::{Attention, ModelSettings, Streams};
pub use network_learner::{NetworkLearner, TRAINING_VERSION};
pub use outcome::{Outcome, OutcomePart};
pub use paper_figures::{PaperFigures, PaperProtocol, PaperScores};
pub use prediction::{PredictedFace, Prediction, StageTimes};
pub use preset::Preset;
pub use progress::{Progress, ProgressSink};
pub use rivals::{
    Kernel, Machine, MachineLearner, MachineParams, RivalRow, Rivals, StstnetLearner, StstnetParams,
};
pub use saved_model::SavedModel;
pub use settings::Settings;
pub use standardisation::Standardisation;
pub use summary::summary;
pub use training_settings::{ClassWeights, LastLayer, TrainingSettings};

/// The program of the crate's front page, which is to work.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
