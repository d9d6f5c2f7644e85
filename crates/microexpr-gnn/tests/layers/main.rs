//! The layers against PyTorch Geometric, and what must hold for every graph.
//!
//! One test binary: everything in it is generic code that would be compiled again in each further one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(feature = "flex")]

mod fixture;
mod invariants;
mod models;
mod topology;
