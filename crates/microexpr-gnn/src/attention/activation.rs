use burn::prelude::*;
use burn::tensor::activation::relu;
use serde::{Deserialize, Serialize};

/// The nonlinearity of eq. 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// Exponential linear unit, as in GAT.
    #[serde(alias = "Elu")]
    Elu,
    /// Rectified linear unit.
    #[serde(alias = "Relu")]
    Relu,
    /// None.
    #[serde(alias = "Identity")]
    Identity,
}

impl Activation {
    /// Applies it to every value.
    #[must_use]
    pub fn apply<B: Backend, const D: usize>(self, x: Tensor<B, D>) -> Tensor<B, D> {
        match self {
            // The exponent is capped at 0, so large inputs keep finite gradients.
            Self::Elu => relu(x.clone()) + x.clamp_max(0.0).exp() - 1.0,
            Self::Relu => relu(x),
            Self::Identity => x,
        }
    }
}
