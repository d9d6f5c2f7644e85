use burn::module::Param;
use burn::prelude::*;

use crate::error::OrPanic;
use crate::{GnnError, GraphBackend, GraphBatch, SeededRng, initializer};

/// Configuration of [`GcnConv`].
#[derive(Config, Debug)]
pub struct GcnConvConfig {
    /// Width of the node features.
    pub input: usize,
    /// Width of the output.
    pub output: usize,
}

/// Graph convolution: `x' = D^−½ (A + I) D^−½ x Wᵀ + b`, where every node has exactly one self-loop.
///
/// Source: T. Kipf, M. Welling, "Semi-Supervised Classification with Graph Convolutional Networks", ICLR 2017.
#[derive(Module, Debug)]
pub struct GcnConv<B: Backend> {
    /// `W`, `[output, input]`.
    pub weight: Param<Tensor<B, 2>>,
    /// `b`, `[output]`.
    pub bias: Param<Tensor<B, 1>>,
}

impl GcnConvConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for a width of 0.
    pub fn check(&self) -> Result<(), GnnError> {
        GnnError::check_widths(self.input, self.output)
    }

    /// Draws initial weights (Glorot uniform; bias 0).
    ///
    /// # Panics
    ///
    /// If [`GcnConvConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> GcnConv<B> {
        self.check().or_panic();
        GcnConv {
            weight: initializer::glorot([self.output, self.input], device, random),
            bias: initializer::constant(self.output, 0.0, device),
        }
    }
}

impl<B: GraphBackend> GcnConv<B> {
    /// Convolves.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, input]`; output: `[N, output]`
    ///
    /// # Panics
    ///
    /// If the rows or columns of `x` do not fit.
    #[must_use]
    pub fn forward(&self, x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
        graph.expect_nodes("GcnConv's node features", &x, self.weight.dims()[1]);
        let transformed = x.matmul(self.weight.val().transpose());
        B::sparse_product(graph.gcn_matrix(), transformed) + self.bias.val().unsqueeze()
    }
}
