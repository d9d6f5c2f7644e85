use microexpr_core::OutOfRange;
use serde::{Deserialize, Serialize};

/// Settings of [`Dis`](crate::Dis), named as in OpenCV's `DISOpticalFlow`. Patches are 8×8 pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DisParams {
    /// Pyramid level whose flow is enlarged to the result; 0 is the full image.
    pub finest_scale: usize,
    /// Pyramid level where the search begins; `None` chooses by the size of the image.
    pub coarsest_scale: Option<usize>,
    /// Pixels from one patch to the next, `1..=8`.
    pub patch_stride: usize,
    /// Gradient descent steps per patch and level.
    pub gradient_descent_iterations: usize,
    /// Fixed-point iterations of the variational refinement per level.
    pub variational_refinement_iterations: usize,
    /// Weight of the flow's smoothness in the variational refinement.
    pub variational_refinement_alpha: f32,
    /// Weight of brightness constancy in the variational refinement.
    pub variational_refinement_delta: f32,
    /// Weight of gradient constancy in the variational refinement.
    pub variational_refinement_gamma: f32,
}

/// OpenCV's three trades of time for accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisPreset {
    /// A quarter of the resolution, no refinement.
    Ultrafast,
    /// A quarter of the resolution.
    Fast,
    /// Half the resolution.
    Medium,
}

impl DisPreset {
    /// The settings of the preset.
    #[must_use]
    pub fn params(self) -> DisParams {
        let (finest_scale, patch_stride, gradient_descent_iterations) = match self {
            Self::Ultrafast => (2, 4, 12),
            Self::Fast => (2, 4, 16),
            Self::Medium => (1, 3, 25),
        };
        let variational_refinement_iterations = if self == Self::Ultrafast { 0 } else { 5 };
        DisParams {
            finest_scale,
            coarsest_scale: None,
            patch_stride,
            gradient_descent_iterations,
            variational_refinement_iterations,
            variational_refinement_alpha: 20.0,
            variational_refinement_delta: 5.0,
            variational_refinement_gamma: 10.0,
        }
    }
}

impl Default for DisParams {
    fn default() -> Self {
        DisPreset::Medium.params()
    }
}

impl DisParams {
    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        OutOfRange::unless_within(1..=8, "patch_stride", "1 to 8", self.patch_stride)?;
        let (alpha, delta, gamma) = (
            self.variational_refinement_alpha,
            self.variational_refinement_delta,
            self.variational_refinement_gamma,
        );
        OutOfRange::unless_within(1e-3..=1e6, "variational_refinement_alpha", "0.001 to 1e6", alpha)?;
        OutOfRange::unless_within(0.0..=1e6, "variational_refinement_delta", "0 to 1e6", delta)?;
        OutOfRange::unless_within(0.0..=1e6, "variational_refinement_gamma", "0 to 1e6", gamma)
    }
}
