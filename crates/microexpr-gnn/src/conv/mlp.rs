use burn::prelude::*;
use burn::tensor::activation::relu;

use crate::error::OrPanic;
use crate::{FullyConnected, FullyConnectedConfig, GnnError, SeededRng};

/// Configuration of [`Mlp`].
#[derive(Config, Debug)]
pub struct MlpConfig {
    /// Widths of the input and of every layer's output, first to last: at least two.
    pub widths: Vec<usize>,
}

/// A multilayer perceptron: fully connected layers with ReLU between them.
///
/// In PyTorch Geometric, the `Sequential(Linear, ReLU, …, Linear)` that is given to `GINConv` and others.
#[derive(Module, Debug)]
pub struct Mlp<B: Backend> {
    /// First to last.
    pub layers: Vec<FullyConnected<B>>,
}

impl MlpConfig {
    /// Whether the network can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] without a layer, or for a width of 0.
    pub fn check(&self) -> Result<(), GnnError> {
        let count = self.widths.len();
        GnnError::check_setting(count >= 2, "widths", "an input and at least one layer", count)?;
        GnnError::check_setting(!self.widths.contains(&0), "widths", "at least 1 each", 0)
    }

    /// Draws initial weights (PyTorch's rule for `Linear`).
    ///
    /// # Panics
    ///
    /// If [`MlpConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> Mlp<B> {
        self.check().or_panic();
        let layer = |w: &[usize]| FullyConnectedConfig::new(w[0], w[1]).init(device, random);
        Mlp { layers: self.widths.windows(2).map(layer).collect() }
    }
}

impl<B: Backend> Mlp<B> {
    /// Applies all layers.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, first width]`; output: `[N, last width]`
    #[must_use]
    pub fn forward(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        self.layers.iter().enumerate().fold(x, |x, (index, layer)| {
            let x = if index > 0 { relu(x) } else { x };
            layer.forward(x)
        })
    }

    /// Width of the input.
    #[must_use]
    pub fn input(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.weight.dims()[1])
    }
}
