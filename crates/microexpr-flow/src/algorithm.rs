use serde::{Deserialize, Serialize};

use crate::{Clg, ClgParams, DenseFlow, Dis, DisParams, Farneback, FarnebackParams, TvL1, TvL1Params};

/// A dense flow algorithm with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "algorithm", rename_all = "lowercase")]
#[non_exhaustive]
pub enum FlowAlgorithm {
    /// Combined local-global flow: accurate for smooth motion of tenths of a pixel in noise, at little cost.
    Clg(ClgParams),
    /// Polynomial expansion, with OpenCV's numbers.
    Farneback(FarnebackParams),
    /// Total variation and absolute differences: sharp motion edges.
    TvL1(TvL1Params),
    /// Dense inverse search: the fastest.
    Dis(DisParams),
}

impl Default for FlowAlgorithm {
    fn default() -> Self {
        Self::Clg(ClgParams::default())
    }
}

impl FlowAlgorithm {
    /// Makes a solver.
    #[must_use]
    pub fn solver(&self) -> Box<dyn DenseFlow + Send> {
        match self {
            Self::Clg(params) => Box::new(Clg::new(params.clone())),
            Self::Farneback(params) => Box::new(Farneback::new(params.clone())),
            Self::TvL1(params) => Box::new(TvL1::new(params.clone())),
            Self::Dis(params) => Box::new(Dis::new(params.clone())),
        }
    }
}
