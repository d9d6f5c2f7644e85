//! Micro-expression datasets (SMIC, SAMM, CASME, CASME II, CAS(ME)³, manifests) as lists of clips, and their labels as classes.
//!
//! ```no_run
//! use microexpr_data::{LabelScheme, Layout};
//!
//! let index = Layout::Samm.read("SAMM/")?;
//! for clip in &index.clips {
//!     println!("{}: {} frames, class {:?}", clip.id(), clip.frames.len(), LabelScheme::ThreeClasses.class_of(clip));
//! }
//! println!("{} clips cannot be used", index.skipped.len());
//! # Ok::<(), microexpr_data::DataError>(())
//! ```
//!
//! | item | holds |
//! |---|---|
//! | [`Layout`], [`read_smic`], [`read_samm`], [`read_casme`], [`read_casme2`], [`read_casme3`], [`read_manifest`], [`read_composite`] | folders to an index |
//! | [`read_flow_maps`], [`FlowMapIndex`], [`FlowMapRecord`] | flow maps and their list |
//! | [`read_long_annotations`], [`LongAnnotations`], [`AnnotatedExpression`] | expressions of long recordings: SAMM Long Videos, CAS(ME)² |
//! | [`AnnotationParams`], [`Erratum`], [`CompositeList`] | workbooks, their corrections, lists of clips |
//! | [`DatasetIndex`], [`ClipRecord`], [`SkippedClip`] | what is there and what is not |
//! | [`check_frames`], [`frame_gaps`] | a closer look at the frames |
//! | [`LabelScheme`], [`ClassTable`] | emotion words to classes |
//!
//! # Features
//!
//! `xlsx` (default) reads workbooks (`.xlsx`, `.xls`, `.xlsb`); without it, the same tables as CSV.

#![doc(html_root_url = "https://docs.rs/microexpr-data/latest")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod annotated;
mod annotations;
mod casme3;
mod class_table;
mod clip_frames;
mod clip_range;
mod composite;
mod composite_list;
mod dataset;
mod delimited;
mod emotion;
mod errata;
mod error;
mod first_look;
mod flow_map_list;
mod folder_search;
mod frame_check;
mod index;
mod label_scheme;
mod long_recordings;
mod manifest;
mod names;
#[cfg(feature = "xlsx")]
mod old_workbook;
mod smic;
#[cfg(feature = "xlsx")]
mod spreadsheet;
mod video_clip;
mod workbook;

// The crates whose types stand in public signatures, in the versions that they have there.
pub use microexpr_core;

pub use annotated::{read_casme, read_casme2, read_samm};
pub use annotations::AnnotationParams;
pub use casme3::read_casme3;
pub use class_table::ClassTable;
pub use composite::{CompositeParams, read_composite};
pub use composite_list::CompositeList;
pub use dataset::{Dataset, Layout};
pub use errata::{Erratum, FrameColumn};
pub use error::DataError;
pub use flow_map_list::{FlowMapIndex, FlowMapRecord, read_flow_maps};
pub use frame_check::{FrameProblem, check_frames, check_frames_of, frame_gaps};
pub use index::{ClipRecord, DatasetIndex, SkippedClip};
pub use label_scheme::{LabelScheme, ProtocolCounts};
pub use long_recordings::{AnnotatedExpression, AnnotatedKind, LongAnnotations, read_long_annotations};
pub use manifest::read_manifest;
pub use microexpr_core::frame_number;
#[cfg(feature = "xlsx")]
pub use old_workbook::OldWorkbookError;
pub use smic::{SMIC_HS_SUBJECTS, SmicCamera, SmicParams, read_smic};

/// The program of the crate's front page, which is to work.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct FrontPage;
