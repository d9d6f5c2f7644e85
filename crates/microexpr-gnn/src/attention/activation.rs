use burn::prelude::*;
use burn::tensor::activation::relu;
use serde::{Deserialize, Serialize};

#[cfg(feature = "flex")]
use super::flex::Lanes;

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
    /// `sin x`. Of positions mapped by [`InitialWeights::RandomFourier`](crate::InitialWeights) it tells places apart that differ little.
    ///
    /// Source: V. Sitzmann et al., "Implicit Neural Representations with Periodic Activation Functions", NeurIPS 2020.
    Sine,
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
            Self::Sine => x.sin(),
            Self::Identity => x,
        }
    }

    /// Whether the derivative follows from the sum that is activated; from the output otherwise.
    #[cfg(feature = "flex")]
    pub(crate) fn has_slope_of_sum(self) -> bool {
        self == Self::Sine
    }

    /// Of eight values.
    #[cfg(feature = "flex")]
    #[inline(always)]
    pub(crate) fn of_lanes<V: Lanes>(self, x: V) -> V {
        let positive = V::splat(0.0).at_least(x);
        match self {
            // max(x, 0) + e^min(x, 0) − 1
            Self::Elu => positive.plus(x.minus(positive).exp().minus(V::splat(1.0))),
            Self::Relu => positive,
            Self::Sine => x.each(f32::sin),
            Self::Identity => x,
        }
    }

    /// The derivative, given eight outputs, or sums for [`Activation::has_slope_of_sum`].
    #[cfg(feature = "flex")]
    #[inline(always)]
    pub(crate) fn slope_of_lanes<V: Lanes>(self, known: V) -> V {
        match self {
            // min(y, 0) + 1
            Self::Elu => known.minus(V::splat(0.0).at_least(known)).plus(V::splat(1.0)),
            Self::Relu => V::splat(1.0).where_positive(known),
            Self::Sine => known.each(f32::cos),
            Self::Identity => V::splat(1.0),
        }
    }
}
