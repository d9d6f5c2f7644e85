use burn::module::Param;
use burn::prelude::*;

use crate::dense_map::dense_map;
use crate::error::OrPanic;
use crate::{GnnError, SeededRng};

/// Configuration of [`FourierFeatures`].
#[derive(Config, Debug)]
pub struct FourierFeaturesConfig {
    /// Width of the input.
    pub input: usize,
    /// Width of the output.
    pub features: usize,
    /// Width of the kernel as a share of the input's: the kernel falls to `1/e` where the inputs' mean squared difference is
    /// `2/scale²`.
    #[config(default = 1.0)]
    pub scale: f64,
}

/// Random Fourier features, `√(2/D)·cos(x Wᵀ + b)`: a linear layer on them is a kernel machine with the Gaussian kernel
/// `k(x, y) = exp(−scale²·‖x − y‖²/(2·input))`, the better approximated the more features there are.
///
/// Weights and phases are drawn once, `W ~ N(0, scale²/input)`, `b ~ U(0, 2π)`, and are not trained.
///
/// Source: A. Rahimi, B. Recht, "Random Features for Large-Scale Kernel Machines", NIPS 2007, §3.
///
/// # Example
///
/// ```
/// # #[cfg(feature = "flex")] {
/// use burn::backend::Flex;
/// use burn::tensor::Tensor;
/// use microexpr_gnn::{FourierFeaturesConfig, SeededRng};
///
/// let device = Default::default();
/// let features = FourierFeaturesConfig::new(2, 4000).init::<Flex>(&device, &mut SeededRng::new(1));
/// let z = features.forward(Tensor::from_floats([[0.0, 0.0], [1.0, 1.0]], &device));
/// let kernel = z.clone().matmul(z.transpose()).into_data().to_vec::<f32>().unwrap();
/// assert!((kernel[0] - 1.0).abs() < 0.05 && (kernel[1] - (-0.5f32).exp()).abs() < 0.05);
/// # }
/// ```
#[derive(Module, Debug)]
pub struct FourierFeatures<B: Backend> {
    /// `W`, `[features, input]`.
    pub weight: Param<Tensor<B, 2>>,
    /// `b`, `[features]`.
    pub phase: Param<Tensor<B, 1>>,
}

impl FourierFeaturesConfig {
    /// Whether the features can be drawn.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for a width of 0 or a scale that is not positive.
    pub fn check(&self) -> Result<(), GnnError> {
        GnnError::check_widths(self.input, self.features)?;
        let positive = self.scale.is_finite() && self.scale > 0.0;
        GnnError::check_setting(positive, "scale", "a positive number", self.scale)
    }

    /// Draws weights and phases.
    ///
    /// # Panics
    ///
    /// If [`FourierFeaturesConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> FourierFeatures<B> {
        self.check().or_panic();
        let deviation = (self.scale / (self.input as f64).sqrt()) as f32;
        let weights: Vec<f32> =
            (0..self.features * self.input).map(|_| deviation * random.normal()).collect();
        let turn = std::f32::consts::TAU;
        let phases: Vec<f32> = (0..self.features).map(|_| random.uniform(0.0, turn)).collect();
        let weight = Tensor::from_data(TensorData::new(weights, [self.features, self.input]), device);
        let phase = Tensor::from_data(TensorData::new(phases, [self.features]), device);
        FourierFeatures {
            weight: Param::from_tensor(weight).set_require_grad(false),
            phase: Param::from_tensor(phase).set_require_grad(false),
        }
    }
}

impl<B: Backend> FourierFeatures<B> {
    /// The features of every row.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, input]`; output: `[N, features]`
    #[must_use]
    pub fn forward(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        let [features, _] = self.weight.dims();
        let angle = dense_map(x, self.weight.val(), Some(self.phase.val()));
        angle.cos() * (2.0 / features as f64).sqrt()
    }
}
