//! The layers against PyTorch Geometric, and what must hold for every graph.
//!
//! The same tests run on every backend: `--features wgpu` or `--features cuda` moves them to that device. One test
//! binary: everything in it is generic code that would be compiled again in each further one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(any(feature = "flex", feature = "cuda", feature = "wgpu"))]

mod conv;
mod device;
mod edge_similarity;
#[cfg(feature = "flex")]
mod finite_differences;
mod fixture;
mod golden;
mod invariants;
mod models;
mod sparse;
mod topology;
mod weights;
