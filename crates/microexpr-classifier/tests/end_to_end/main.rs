//! From folders of generated clips to tables, saved models and predictions.
//!
//! One test binary: everything in it compiles the network again in each further one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod ablation;
mod bad_input;
mod evaluation;
mod flow_maps;
mod generated;
mod graphs_in_memory;
mod honest_data;
mod inner_validation;
mod model_file;
mod paper_statements;
mod protocols;
mod version_0;
