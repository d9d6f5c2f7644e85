//! Names of the convolutions' parameters.

use burn::prelude::*;

use super::{Named, PygLayer, PygTensor, Tensors};
use crate::conv::{GcnConv, GinConv, GineConv, Mlp, SageConv, TransformerConv};
use crate::{FullyConnected, GraphNorm};

impl<B: Backend> PygLayer<B> for FullyConnected<B> {
    fn named(&mut self) -> Vec<Named<'_, B>> {
        vec![Named::matrix("weight", &mut self.weight), Named::bias("bias", &mut self.bias)]
    }
}

impl<B: Backend> PygLayer<B> for Mlp<B> {
    /// As a `Sequential` with a ReLU, which has no parameters, between the layers: `0.weight`, `2.weight`, …
    fn named(&mut self) -> Vec<Named<'_, B>> {
        let layers = self.layers.iter_mut().enumerate();
        layers.flat_map(|(index, layer)| within(&(2 * index).to_string(), layer.named())).collect()
    }
}

impl<B: Backend> PygLayer<B> for GcnConv<B> {
    fn named(&mut self) -> Vec<Named<'_, B>> {
        vec![Named::matrix("lin.weight", &mut self.weight), Named::bias("bias", &mut self.bias)]
    }
}

impl<B: Backend> PygLayer<B> for SageConv<B> {
    fn named(&mut self) -> Vec<Named<'_, B>> {
        let neighbours = [
            Named::matrix("lin_l.weight", &mut self.neighbour_weight),
            Named::bias("lin_l.bias", &mut self.bias),
        ];
        let root = self.root_weight.as_mut().map(|weight| Named::matrix("lin_r.weight", weight));
        neighbours.into_iter().chain(root).collect()
    }
}

impl<B: Backend> PygLayer<B> for GinConv<B> {
    fn named(&mut self) -> Vec<Named<'_, B>> {
        let mut all = within("nn", self.mlp.named());
        all.push(Named::vector("eps", &mut self.epsilon));
        all
    }
}

impl<B: Backend> PygLayer<B> for GineConv<B> {
    fn named(&mut self) -> Vec<Named<'_, B>> {
        let mut all = within("nn", self.mlp.named());
        all.push(Named::vector("eps", &mut self.epsilon));
        all.extend(self.edge.iter_mut().flat_map(|edge| within("lin", edge.named())));
        all
    }
}

impl<B: Backend> PygLayer<B> for TransformerConv<B> {
    fn named(&mut self) -> Vec<Named<'_, B>> {
        let mut all = within("lin_query", self.query.named());
        all.extend(within("lin_key", self.key.named()));
        all.extend(within("lin_value", self.value.named()));
        all.extend(self.edge_weight.as_mut().map(|weight| Named::matrix("lin_edge.weight", weight)));
        all.extend(self.skip.iter_mut().flat_map(|skip| within("lin_skip", skip.named())));
        all.extend(self.gate.as_mut().map(|gate| Named::matrix("lin_beta.weight", gate)));
        all
    }

    /// PyTorch Geometric keeps a `lin_skip` that it does not use with `root_weight=False`.
    fn adapt(&self, tensors: &mut Tensors) {
        if self.skip.is_none() {
            tensors.retain(|name, _| !name.starts_with("lin_skip."));
        }
    }

    fn complete(&self, tensors: &mut Tensors) {
        if self.skip.is_none() {
            let [width, input] = self.query.weight.dims();
            let width = self.output_width(width);
            let zeros = |shape: Vec<usize>| PygTensor { values: vec![0.0; shape.iter().product()], shape };
            tensors.insert("lin_skip.weight".to_owned(), zeros(vec![width, input]));
            tensors.insert("lin_skip.bias".to_owned(), zeros(vec![width]));
        }
    }
}

impl<B: Backend> PygLayer<B> for GraphNorm<B> {
    fn named(&mut self) -> Vec<Named<'_, B>> {
        vec![
            Named::vector("weight", &mut self.weight),
            Named::vector("bias", &mut self.bias),
            Named::vector("mean_scale", &mut self.mean_scale),
        ]
    }
}

pub(super) fn within<'a, B: Backend>(prefix: &str, names: Vec<Named<'a, B>>) -> Vec<Named<'a, B>> {
    names.into_iter().map(|name| name.within(prefix)).collect()
}
