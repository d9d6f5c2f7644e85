//! End-to-end micro-expression classification: preprocessing, training, evaluation, prediction.
//!
//! ```no_run
//! use microexpr_classifier::{Cache, Device, Experiment, Settings, summary};
//! use microexpr_data::{LabelScheme, Layout};
//!
//! let index = Layout::Smic.read("SMIC/")?;
//! let experiment =
//!     Experiment { settings: Settings::default(), device: Device::Cpu, cache: Cache::at("cache/") };
//! let out = std::path::Path::new("results/");
//! let evaluation = experiment.loso(&index, LabelScheme::ThreeClasses, &[1], out, &|_| ())?;
//! evaluation.write(out)?;
//! print!("{}", summary(&evaluation));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | item | holds |
//! |---|---|
//! | [`Settings`] | everything that decides a result beside data and seed: [`PipelineSettings`], [`ModelSettings`], [`TrainingSettings`] |
//! | [`Preset`] | named settings: the paper's, and those that recognise best |
//! | [`Pipeline`] | frames to graphs |
//! | [`Cache`] | graphs on disk, found by content and settings |
//! | [`Experiment`], [`EvaluationRequest`], [`Protocol`] | evaluation by subject-wise protocols, training on everything |
//! | [`Shard`], [`EvaluationPart`] | an evaluation spread over machines |
//! | [`Evaluation`] | scores, predictions, report |
//! | [`Comparison`], [`Ablation`], [`Variant`] | McNemar's test between two evaluations; what each part of the method is worth |
//! | [`InnerValidation`] | the number of epochs, chosen on training subjects |
//! | [`PaperProtocol`] | the paper's figures |
//! | [`SavedModel`], [`Classifier`], [`Prediction`] | a trained network, and its use on one clip |
//! | [`Device`] | where the network runs |

mod ablation;
mod base64;
mod batch;
mod cache;
mod committee;
mod comparison;
mod confusion_figure;
mod device;
mod epoch_count;
mod error;
mod evaluation;
mod evaluation_files;
mod experiment;
mod explanation;
mod face_figure;
mod fold_result;
mod fold_runner;
mod fold_task;
mod frame_figure;
mod inner_validation;
mod key_frames;
mod line_chart;
mod loss_figure;
mod model_settings;
mod paper_figures;
mod part;
mod pipeline;
mod pipeline_settings;
mod plan;
mod point_source;
mod prediction;
mod prepare;
mod preset;
mod progress;
mod protocol;
mod report;
mod saved_model;
mod settings;
mod settings_json;
mod shard;
mod summary;
mod training;

pub use ablation::{Ablation, AblationRow, Variant};
pub use batch::Standardisation;
pub use cache::{Cache, CacheKey, ClipDigest};
pub use comparison::{ComparedClips, Comparison, SeedComparison};
pub use device::Device;
pub use error::ClassifierError;
pub use evaluation::{Evaluation, Scores, SeedResult, Timing};
pub use experiment::{EvaluationRequest, Experiment};
pub use explanation::FrameExplanation;
pub use fold_result::{ClipPrediction, FoldResult};
pub use inner_validation::{ChosenEpoch, InnerValidation};
pub use key_frames::{KeyFrame, KeyFrames};
pub use model_settings::{Attention, ModelSettings, Streams};
pub use paper_figures::{PaperFigures, PaperProtocol, PaperScores};
pub use part::{EvaluationPart, Plan};
pub use pipeline::{ClipGraph, Pipeline};
pub use pipeline_settings::{FlowSpan, GraphUnit, LandmarkSource, PipelineSettings};
pub use prediction::{Classifier, Prediction, StageTimes};
pub use preset::Preset;
pub use progress::{Progress, ProgressSink};
pub use protocol::Protocol;
pub use saved_model::{ModelDescription, SavedModel};
pub use settings::Settings;
pub use shard::Shard;
pub use summary::summary;
pub use training::{ClassWeights, TrainingSettings};
