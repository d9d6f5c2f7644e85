//! The programs of [microexpr](https://docs.rs/microexpr), as subcommands of one binary:
//!
//! ```sh
//! cargo install microexpr-cli
//! microexpr quickstart
//! microexpr analyse --input recording.mp4 --model model.safetensors --out analysis
//! ```
//!
//! `microexpr --help` names them all, `microexpr PROGRAM --help` the options of one. The same programs are the repository's examples
//! (`cargo run --example PROGRAM -- OPTIONS`).
//!
//! Every program is a file, in which `Options` is its command line and `run` what it does. `shared` holds what several of them need,
//! `magnifying` and `spotting` the parts of the programs so named. The library's functions are the programs' entries; nothing
//! else of it is public: who wants to call it from Rust uses the crate `microexpr`.

#![doc(html_root_url = "https://docs.rs/microexpr-cli/latest")]

mod ablation;
mod analyse;
mod ceiling;
mod check;
mod classify;
mod compare;
mod cross_dataset;
mod evaluate;
mod flow;
mod flow_maps;
mod graph;
mod landmarks;
mod magnify;
mod magnifying;
mod merge;
mod programs;
mod quickstart;
mod shared;
mod spot;
mod spot_mdmd;
mod spotting;
mod synthesize;
mod train;

pub use programs::*;
