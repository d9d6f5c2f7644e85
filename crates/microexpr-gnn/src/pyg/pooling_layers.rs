//! Names of the parameters of pooling and readout.

use burn::prelude::*;

use super::conv_layers::within;
use super::{Named, PygLayer, PygTensor, Tensors};
use crate::{AttentionalAggregation, SagPool, TopKPool};

impl<B: Backend> PygLayer<B> for SagPool<B> {
    fn named(&mut self) -> Vec<Named<'_, B>> {
        within("gnn", self.score.named())
    }

    /// `SAGPooling` multiplies its scores by `select.weight / ‖select.weight‖`, a matrix `[1, 1]`: by its sign.
    fn adapt(&self, tensors: &mut Tensors) {
        let Some(select) = tensors.remove("select.weight") else { return };
        if select.values.first().is_some_and(|weight| *weight < 0.0) {
            tensors.values_mut().flat_map(|tensor| &mut tensor.values).for_each(|value| *value = -*value);
        }
    }

    fn complete(&self, tensors: &mut Tensors) {
        tensors.insert("select.weight".to_owned(), PygTensor { shape: vec![1, 1], values: vec![1.0] });
    }
}

impl<B: Backend> PygLayer<B> for TopKPool<B> {
    fn named(&mut self) -> Vec<Named<'_, B>> {
        vec![Named::matrix("select.weight", &mut self.projection)]
    }
}

impl<B: Backend> PygLayer<B> for AttentionalAggregation<B> {
    fn named(&mut self) -> Vec<Named<'_, B>> {
        let mut all = within("gate_nn", self.gate.named());
        all.extend(self.transform.iter_mut().flat_map(|mlp| within("nn", mlp.named())));
        all
    }
}
