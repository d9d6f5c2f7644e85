use std::fmt;
use std::str::FromStr;

use burn::tensor::backend::AutodiffBackend;
use microexpr_gnn::{GnnError, GraphBackend};
use serde::{Deserialize, Serialize};

use crate::ClassifierError;

/// Where the network runs. Which ones exist is decided by the features `flex`, `cuda` and `wgpu`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
    /// Any GPU with Vulkan, Metal or DirectX 12.
    Wgpu,
}

impl Device {
    /// How many folds train side by side: one per thread of the current pool, one on a GPU.
    #[must_use]
    pub fn workers(self) -> usize {
        match self {
            Self::Cpu => rayon::current_num_threads(),
            Self::Cuda | Self::Wgpu => 1,
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Wgpu => "wgpu",
        })
    }
}

impl FromStr for Device {
    type Err = ClassifierError;

    fn from_str(name: &str) -> Result<Self, ClassifierError> {
        [Self::Cpu, Self::Cuda, Self::Wgpu]
            .into_iter()
            .find(|device| device.to_string() == name)
            .ok_or_else(|| ClassifierError::UnknownDevice { found: name.to_owned() })
    }
}

/// Work that is written for every backend and runs on the one a [`Device`] names.
pub(crate) trait OnBackend {
    /// What comes of it.
    type Output;

    /// Does the work.
    fn run<B>(self, device: &B::Device) -> Self::Output
    where
        B: AutodiffBackend + GraphBackend,
        B::InnerBackend: GraphBackend;
}

impl Device {
    /// Runs `work` on this device's backend.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::DeviceNotBuilt`] without the device's feature, [`ClassifierError::DeviceUnavailable`] if it
    /// cannot start.
    pub(crate) fn run<W: OnBackend>(self, work: W) -> Result<W::Output, ClassifierError> {
        // Burn's own names mean other types as soon as any crate switches its `fusion` on.
        #[allow(unused_imports, reason = "used unless no backend feature is on")]
        use microexpr_gnn::backend;
        self.probe()?;
        match self {
            #[cfg(feature = "flex")]
            Self::Cpu => Ok(work.run::<burn::backend::Autodiff<backend::Flex>>(&Default::default())),
            #[cfg(feature = "cuda")]
            Self::Cuda => Ok(work.run::<burn::backend::Autodiff<backend::Cuda>>(&Default::default())),
            #[cfg(feature = "wgpu")]
            Self::Wgpu => Ok(work.run::<burn::backend::Autodiff<backend::Wgpu>>(&Default::default())),
            #[allow(unreachable_patterns, reason = "reachable unless every backend feature is on")]
            other => {
                drop(work);
                Err(ClassifierError::DeviceNotBuilt { device: other })
            }
        }
    }

    /// Whether the device can start, before any work is done on it.
    ///
    /// # Errors
    ///
    /// [`ClassifierError::DeviceNotBuilt`] without the device's feature, [`ClassifierError::DeviceUnavailable`] if it cannot
    /// start.
    pub fn probe(self) -> Result<(), ClassifierError> {
        let built = match self {
            Self::Cpu => cfg!(feature = "flex"),
            Self::Cuda => cfg!(feature = "cuda"),
            Self::Wgpu => cfg!(feature = "wgpu"),
        };
        if !built {
            return Err(ClassifierError::DeviceNotBuilt { device: self });
        }
        let driver: Result<(), GnnError> = match self {
            #[cfg(feature = "cuda")]
            Self::Cuda => microexpr_gnn::probe_cuda(),
            #[cfg(feature = "wgpu")]
            Self::Wgpu => microexpr_gnn::probe_wgpu(),
            _ => Ok(()),
        };
        driver.map_err(|e| ClassifierError::DeviceUnavailable { device: self, reason: e.to_string() })
    }
}
