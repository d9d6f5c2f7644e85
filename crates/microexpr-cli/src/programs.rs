//! Which programs there are.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::shared;

/// Every program as a subcommand of the binary and as a function of its own, from one list.
macro_rules! programs {
    ($($(#[doc = $about:literal])* $name:ident: $variant:ident,)*) => {
        /// What `microexpr` is asked for.
        #[derive(Subcommand)]
        #[command(rename_all = "snake_case")]
        enum Program {
            $($(#[doc = $about])* $variant(Box<crate::$name::Options>),)*
        }

        impl Program {
            fn run(&self) -> Result<(), Box<dyn std::error::Error>> {
                match self {
                    $(Self::$variant(options) => crate::$name::run(options),)*
                }
            }
        }

        $(
            $(#[doc = $about])*
            #[must_use]
            pub fn $name() -> ExitCode {
                shared::run(crate::$name::run)
            }
        )*
    };
}

programs! {
    /// Generated clips through the whole pipeline to a report; needs nothing
    quickstart: Quickstart,
    /// A recording and a model to a page with every expression in it
    analyse: Analyse,
    /// Where in a recording expressions are
    spot: Spot,
    /// The same by a published spotter, for comparison
    spot_mdmd: SpotMdmd,
    /// Motion made visible
    magnify: Magnify,
    /// Optical flow between two images
    flow: Flow,
    /// The 68 landmarks of every face of an image
    landmarks: Landmarks,
    /// The video graph of a clip
    graph: Graph,
    /// What of a dataset is there, and what is missing
    check: Check,
    /// Subject-wise evaluation of a dataset
    evaluate: Evaluate,
    /// Shares of an evaluation to one result
    merge: Merge,
    /// Trained on one dataset, tested on another
    cross_dataset: CrossDataset,
    /// What each part of the method is worth
    ablation: Ablation,
    /// Two results side by side, with a test
    compare: Compare,
    /// A model of a dataset
    train: Train,
    /// The expression in one clip, by a model
    classify: Classify,
    /// Flow maps of a dataset
    flow_maps: FlowMaps,
    /// Generated clips in a dataset's layout
    synthesize: Synthesize,
    /// What somebody would score who knew every action unit
    ceiling: Ceiling,
}

/// Facial micro-expressions: motion magnification, optical flow, landmarks, spotting, classification, evaluation.
#[derive(Parser)]
#[command(name = "microexpr", version)]
struct Programs {
    #[command(subcommand)]
    program: Program,
}

/// The binary: the program that the first argument names.
#[must_use]
pub fn microexpr() -> ExitCode {
    shared::run(|programs: &Programs| programs.program.run())
}
