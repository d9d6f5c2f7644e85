//! The layers against PyTorch Geometric, and what must hold for every graph.
//!
//! The same tests run on every backend: `--features wgpu` or `--features cuda` moves them there, `--no-default-features --features ndarray` to NdArray. One test
//! binary: everything in it is generic code that would be compiled again in each further one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(any(feature = "flex", feature = "cuda", feature = "wgpu", feature = "ndarray"))]

mod conv;
mod device;
mod edge_kernels;
mod edge_similarity;
#[cfg(feature = "flex")]
mod finite_differences;
mod fixture;
mod golden;
mod graph_helpers;
#[cfg(feature = "flex")]
mod graphwise;
mod invariants;
mod messages;
mod models;
mod pyg_state;
mod refusals;
mod sparse;
#[cfg(not(any(feature = "cuda", feature = "wgpu")))]
mod threads;
mod topology;
mod weights;
