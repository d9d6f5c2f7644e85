//! The weights of a network as one list on the host.

use std::collections::HashMap;
use std::ops::Range;

use burn::module::{ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::prelude::*;

use crate::TwoStreamModel;

/// All weights of a network, one tensor after the other, and where each is.
#[derive(Debug, Clone)]
pub(super) struct Parameters {
    pub(super) values: Vec<f32>,
    places: HashMap<ParamId, Range<usize>>,
}

impl Parameters {
    pub(super) fn of<B: Backend>(model: &TwoStreamModel<B>) -> Self {
        let mut reading = Reading(Self { values: Vec::new(), places: HashMap::new() });
        model.visit(&mut reading);
        reading.0
    }

    /// Where the values of a weight are.
    pub(super) fn place<B: Backend, const D: usize>(&self, weight: &Param<Tensor<B, D>>) -> Range<usize> {
        self.places.get(&weight.id).cloned().unwrap_or_default()
    }

    /// The network with these weights.
    pub(super) fn written_to<B: Backend>(&self, model: TwoStreamModel<B>) -> TwoStreamModel<B> {
        model.map(&mut Writing(self))
    }
}

struct Reading(Parameters);

impl<B: Backend> ModuleVisitor<B> for Reading {
    fn visit_float<const D: usize>(&mut self, weight: &Param<Tensor<B, D>>) {
        let first = self.0.values.len();
        self.0.values.extend(weight.val().into_data().iter::<f32>());
        self.0.places.insert(weight.id, first..self.0.values.len());
    }
}

struct Writing<'a>(&'a Parameters);

impl<B: Backend> ModuleMapper<B> for Writing<'_> {
    fn map_float<const D: usize>(&mut self, weight: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let Some(place) = self.0.places.get(&weight.id) else { return weight };
        let values = self.0.values[place.clone()].to_vec();
        weight.map(|old| {
            let (shape, device) = (old.dims(), old.device());
            let new = Tensor::from_data(TensorData::new(values, shape), &device);
            if old.is_require_grad() { new.require_grad() } else { new }
        })
    }
}
