//! Micro-expression datasets (SMIC, SAMM, CASME II, manifest), protocols and metrics.
//!
//! ```
//! use microexpr_data::{COPY_ALPHAS, ConfusionMatrix, balance, loso};
//!
//! let subjects = ["s1", "s1", "s2", "s2", "s3"];
//! let classes = [0, 1, 0, 0, 1];
//! let mut matrix = ConfusionMatrix::new(2);
//! for fold in loso(&subjects) {
//!     let labels: Vec<usize> = fold.train.iter().map(|clip| classes[*clip]).collect();
//!     let training = balance(&labels, &COPY_ALPHAS);
//!     assert!(training.len() >= fold.train.len());
//!     for clip in fold.test {
//!         matrix.add(classes[clip], 0)?; // a classifier that always says 0
//!     }
//! }
//! assert_eq!((matrix.total(), matrix.accuracy()), (5, 0.6));
//! # Ok::<(), microexpr_data::DataError>(())
//! ```
//!
//! | item | holds |
//! |---|---|
//! | [`Layout`], [`read_smic`], [`read_samm`], [`read_casme2`], [`read_manifest`], [`read_composite`] | folders to an index |
//! | [`read_flow_maps`], [`FlowMapIndex`], [`FlowMapRecord`] | flow maps and their list |
//! | [`AnnotationParams`], [`Erratum`], [`CompositeList`] | workbooks, their corrections, lists of clips |
//! | [`DatasetIndex`], [`ClipRecord`], [`SkippedClip`] | what is there and what is not |
//! | [`check_frames`], [`frame_gaps`] | a closer look at the frames |
//! | [`LabelScheme`] | emotion words to classes |
//! | [`loso`], [`composite_loso`], [`cross_dataset`], [`subject_k_fold`], [`inner_validation`] | splits by subject ([`Fold`]) |
//! | [`balance`] | augmentation plan |
//! | [`ConfusionMatrix`] | accuracy, UF1, UAR, scores of a class |
//! | [`wilson_interval`], [`bootstrap_intervals`], [`mcnemar`] | confidence intervals, test between two runs |

mod annotated;
mod annotations;
mod balance;
mod bootstrap;
mod clip_frames;
mod composite;
mod composite_list;
mod composite_loso;
mod confusion_matrix;
mod cross_dataset;
mod dataset;
mod errata;
mod error;
mod flow_map_list;
mod fold;
mod folder_search;
mod frame_check;
mod index;
mod inner_validation;
mod label_scheme;
mod loso;
mod manifest;
mod mcnemar;
mod names;
mod smic;
mod subject_k_fold;
mod wilson;

pub use annotated::{read_casme2, read_samm};
pub use annotations::AnnotationParams;
pub use balance::{COPY_ALPHAS, TEST_ALPHA, TrainingItem, balance};
pub use bootstrap::{BootstrapParams, ScoreIntervals, bootstrap_intervals};
pub use composite::{CompositeParams, read_composite};
pub use composite_list::CompositeList;
pub use composite_loso::composite_loso;
pub use confusion_matrix::{ClassScores, ConfusionMatrix};
pub use cross_dataset::cross_dataset;
pub use dataset::{Dataset, Layout};
pub use errata::{Erratum, FrameColumn};
pub use error::DataError;
pub use flow_map_list::{FlowMapIndex, FlowMapRecord, read_flow_maps};
pub use fold::Fold;
pub use frame_check::{FrameProblem, check_frames, frame_gaps};
pub use index::{ClipRecord, DatasetIndex, SkippedClip};
pub use inner_validation::inner_validation;
pub use label_scheme::{LabelScheme, ProtocolCounts};
pub use loso::loso;
pub use manifest::read_manifest;
pub use mcnemar::{McNemar, mcnemar};
pub use names::frame_number;
pub use smic::{SMIC_HS_SUBJECTS, SmicCamera, SmicParams, read_smic};
pub use subject_k_fold::subject_k_fold;
pub use wilson::wilson_interval;
