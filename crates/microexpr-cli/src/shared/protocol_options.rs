//! Options that decide how clips are split into training and test.

use std::error::Error;

use clap::{Args, ValueEnum};
use microexpr::data::Layout;
use microexpr::evaluation::Protocol;

/// How clips are split into training and test.
#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum ProtocolName {
    /// Leave one subject out.
    Loso,
    /// Leave one subject out over several datasets together.
    Composite,
    /// A few folds of whole subjects, see --folds.
    KFold,
}

/// How clips are split.
#[derive(Debug, Args)]
pub(crate) struct ProtocolOptions {
    /// How clips are split
    #[arg(long, value_enum, default_value = "loso")]
    protocol: ProtocolName,
    /// Number of folds of --protocol k-fold
    #[arg(long, default_value_t = 10)]
    folds: usize,
}

impl ProtocolOptions {
    /// The protocol over flow maps, of one dataset or several; `seed` decides who is in which of the k folds.
    pub(crate) fn of_flow_maps(&self, seed: u64) -> Protocol {
        match self.protocol {
            ProtocolName::Loso | ProtocolName::Composite => Protocol::Loso,
            ProtocolName::KFold => Protocol::SubjectKFold { folds: self.folds, seed },
        }
    }

    /// The protocol over these datasets; `seed` decides who is in which of the k folds.
    pub(crate) fn protocol(&self, datasets: &[Layout], seed: u64) -> Result<Protocol, Box<dyn Error>> {
        let several = datasets.len() > 1 || datasets.contains(&Layout::Composite);
        match self.protocol {
            ProtocolName::Loso if several => {
                Err("several datasets are evaluated together by --protocol composite".into())
            }
            ProtocolName::Composite if !several => Err("--protocol composite pools several datasets: \
                 give --dataset (and --root) once for each, or --dataset composite and the root of all three"
                .into()),
            ProtocolName::Loso | ProtocolName::Composite => Ok(Protocol::Loso),
            ProtocolName::KFold => Ok(Protocol::SubjectKFold { folds: self.folds, seed }),
        }
    }
}
