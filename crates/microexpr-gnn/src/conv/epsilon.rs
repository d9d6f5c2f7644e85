use burn::module::Param;
use burn::prelude::*;
use serde::{Deserialize, Serialize};

use crate::initializer;

/// `ε` of [`GinConv`](super::GinConv) and [`GineConv`](super::GineConv): what a node's own features count beyond once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Epsilon {
    /// It stays as given.
    Fixed(f64),
    /// It is learned, from this value on (`train_eps` in PyTorch Geometric).
    Learned(f64),
}

impl Default for Epsilon {
    fn default() -> Self {
        Self::Fixed(0.0)
    }
}

impl Epsilon {
    pub(super) fn init<B: Backend>(self, device: &B::Device) -> Param<Tensor<B, 1>> {
        let (Self::Fixed(start) | Self::Learned(start)) = self;
        initializer::constant(1, start, device)
    }

    /// `(1 + ε) x`, with a gradient for `ε` only if it is learned.
    pub(super) fn scale<B: Backend>(self, x: Tensor<B, 2>, epsilon: &Param<Tensor<B, 1>>) -> Tensor<B, 2> {
        let epsilon = match self {
            Self::Fixed(_) => epsilon.val().detach(),
            Self::Learned(_) => epsilon.val(),
        };
        x * (epsilon + 1.0).unsqueeze()
    }
}
