use serde::{Deserialize, Serialize};

use crate::GnnError;

/// How the two attentions are weighed: `α = λ α_self + (1 − λ) α_gaussian` (eq. 7).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fusion {
    /// λ is learned as the sigmoid of a scalar that starts at 0, so λ starts at 0.5.
    #[serde(alias = "Learned")]
    Learned,
    /// λ stays as given, in `0..=1`. At 1 there is no Gaussian attention at all, at 0 no self-attention.
    #[serde(alias = "Fixed")]
    Fixed(f64),
}

impl Fusion {
    /// Whether there is self-attention.
    pub(super) fn has_self_attention(self) -> bool {
        !matches!(self, Self::Fixed(lambda) if lambda <= 0.0)
    }

    /// Whether there is Gaussian attention.
    pub(super) fn has_gaussian(self) -> bool {
        !matches!(self, Self::Fixed(lambda) if lambda >= 1.0)
    }

    /// Whether a fixed λ lies in `0..=1`.
    pub(super) fn check(self) -> Result<(), GnnError> {
        match self {
            Self::Learned => Ok(()),
            Self::Fixed(lambda) => {
                GnnError::check_setting((0.0..=1.0).contains(&lambda), "fixed lambda", "in 0..=1", lambda)
            }
        }
    }
}
