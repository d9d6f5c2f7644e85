use std::fmt;
use std::str::FromStr;

use crate::ClassifierError;

/// Who learns and answers in an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LearnerName {
    /// The two-stream network: [`NetworkLearner`](crate::NetworkLearner).
    #[default]
    Network,
    /// The linear support vector machine: [`MachineParams::LINEAR`](crate::MachineParams::LINEAR).
    Linear,
    /// The support vector machine with a Gaussian kernel: [`MachineParams::RBF`](crate::MachineParams::RBF).
    Rbf,
    /// Kernel ridge regression with a Gaussian kernel:
    /// [`MachineParams::KERNEL_RIDGE`](crate::MachineParams::KERNEL_RIDGE).
    KernelRidge,
    /// STSTNet, of flow maps only: [`StstnetLearner`](crate::StstnetLearner).
    Ststnet,
}

impl LearnerName {
    /// All of them, the network first.
    pub const ALL: [Self; 5] = [Self::Network, Self::Linear, Self::Rbf, Self::KernelRidge, Self::Ststnet];

    /// Whether another seed gives other answers; the machines have but one solution.
    #[must_use]
    pub fn is_random(self) -> bool {
        matches!(self, Self::Network | Self::Ststnet)
    }
}

impl fmt::Display for LearnerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Network => "network",
            Self::Linear => "linear",
            Self::Rbf => "rbf",
            Self::KernelRidge => "kernel-ridge",
            Self::Ststnet => "ststnet",
        })
    }
}

impl FromStr for LearnerName {
    type Err = ClassifierError;

    fn from_str(name: &str) -> Result<Self, ClassifierError> {
        let named = |learner: &Self| learner.to_string() == name;
        Self::ALL
            .into_iter()
            .find(named)
            .ok_or_else(|| ClassifierError::UnknownLearner { found: name.to_owned() })
    }
}
