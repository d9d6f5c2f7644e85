use burn::module::Param;
use burn::prelude::*;

use crate::dense_map::dense_map;
use crate::error::OrPanic;
use crate::{GnnError, SeededRng, initializer};

/// Configuration of [`FullyConnected`].
#[derive(Config, Debug)]
pub struct FullyConnectedConfig {
    /// Width of the input.
    pub input: usize,
    /// Width of the output.
    pub output: usize,
}

/// A fully connected layer, `y = x Wᵀ + b`, with weights as PyTorch's `Linear` lays them out and draws them.
#[derive(Module, Debug)]
pub struct FullyConnected<B: Backend> {
    /// `W`, `[output, input]`.
    pub weight: Param<Tensor<B, 2>>,
    /// `b`, `[output]`.
    pub bias: Param<Tensor<B, 1>>,
}

impl FullyConnectedConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for a width of 0.
    pub fn check(&self) -> Result<(), GnnError> {
        GnnError::check_widths(self.input, self.output)
    }

    /// Draws initial weights, `U(−1/√input, 1/√input)`.
    ///
    /// # Panics
    ///
    /// If [`FullyConnectedConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> FullyConnected<B> {
        self.check().or_panic();
        FullyConnected {
            weight: initializer::linear([self.output, self.input], self.input, device, random),
            bias: initializer::linear([self.output], self.input, device, random),
        }
    }

    /// Weights that are all zero.
    pub fn zeros<B: Backend>(&self, device: &B::Device) -> FullyConnected<B> {
        FullyConnected {
            weight: Param::from_tensor(Tensor::zeros([self.output, self.input], device)),
            bias: Param::from_tensor(Tensor::zeros([self.output], device)),
        }
    }
}

impl<B: Backend> FullyConnected<B> {
    /// Applies the layer.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, input]`; output: `[N, output]`
    #[must_use]
    pub fn forward(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        dense_map(x, self.weight.val(), Some(self.bias.val()))
    }
}
