use std::collections::BTreeMap;

use burn::module::{Module, Param};
use burn::prelude::*;
use burn::tensor::backend::AutodiffBackend;

/// A tensor as PyTorch keeps it, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct PygTensor {
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its values.
    pub values: Vec<f32>,
}

/// Tensors of one layer by their names within it.
pub type Tensors = BTreeMap<String, PygTensor>;

/// A parameter of a layer, and what PyTorch Geometric calls it.
#[derive(Debug)]
pub struct Named<'a, B: Backend> {
    pub(super) name: String,
    /// In PyTorch Geometric.
    pub(super) shape: Vec<usize>,
    pub(super) parameter: Parameter<'a, B>,
    pub(super) absence: Absence,
}

#[derive(Debug)]
pub(super) enum Parameter<'a, B: Backend> {
    Vector(&'a mut Param<Tensor<B, 1>>),
    Matrix(&'a mut Param<Tensor<B, 2>>),
}

/// What a name means that a state dict does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absence {
    Error,
    /// A layer without bias: one of zeros.
    Zero,
}

impl<'a, B: Backend> Named<'a, B> {
    /// A matrix, `[output, input]` in both.
    pub fn matrix(name: impl Into<String>, parameter: &'a mut Param<Tensor<B, 2>>) -> Self {
        let shape = parameter.dims().to_vec();
        Self { name: name.into(), shape, parameter: Parameter::Matrix(parameter), absence: Absence::Error }
    }

    /// A list of values.
    pub fn vector(name: impl Into<String>, parameter: &'a mut Param<Tensor<B, 1>>) -> Self {
        let shape = parameter.dims().to_vec();
        Self { name: name.into(), shape, parameter: Parameter::Vector(parameter), absence: Absence::Error }
    }

    /// A bias: a state dict without it is one of a layer with `bias=False`.
    pub fn bias(name: impl Into<String>, parameter: &'a mut Param<Tensor<B, 1>>) -> Self {
        Self { absence: Absence::Zero, ..Self::vector(name, parameter) }
    }

    /// A list of values that PyTorch Geometric keeps head by head, `[1, H, C]`.
    pub fn heads(name: impl Into<String>, parameter: &'a mut Param<Tensor<B, 1>>, heads: usize) -> Self {
        let channels = parameter.dims()[0] / heads.max(1);
        Self { shape: vec![1, heads, channels], ..Self::vector(name, parameter) }
    }

    /// The same under a longer name, `prefix.name`.
    #[must_use]
    pub fn within(mut self, prefix: &str) -> Self {
        self.name = format!("{prefix}.{}", self.name);
        self
    }

    /// Its name in PyTorch Geometric.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn read(&self) -> PygTensor {
        let values = match &self.parameter {
            Parameter::Vector(parameter) => parameter.val().into_data(),
            Parameter::Matrix(parameter) => parameter.val().into_data(),
        };
        PygTensor { shape: self.shape.clone(), values: values.convert::<f32>().iter().collect() }
    }

    pub(super) fn write(self, values: Vec<f32>) {
        match self.parameter {
            Parameter::Vector(parameter) => replace(parameter, values),
            Parameter::Matrix(parameter) => replace(parameter, values),
        }
    }
}

impl<B: AutodiffBackend> Named<'_, B> {
    /// Its gradient as a list, if it has one.
    #[must_use]
    pub fn gradient(&self, gradients: &B::Gradients) -> Option<Tensor<B::InnerBackend, 1>> {
        match &self.parameter {
            Parameter::Vector(parameter) => parameter.val().grad(gradients),
            Parameter::Matrix(parameter) => {
                parameter.val().grad(gradients).map(|matrix| matrix.flatten(0, 1))
            }
        }
    }
}

fn replace<B: Backend, const D: usize>(parameter: &mut Param<Tensor<B, D>>, values: Vec<f32>) {
    let (old, id) = (parameter.val(), parameter.id);
    let data = TensorData::new(values, old.dims());
    let new = Tensor::from_data(data, (&old.device(), old.dtype()));
    *parameter = Param::initialized(id, new.set_require_grad(old.is_require_grad()));
}

/// A layer whose parameters have names in PyTorch Geometric.
pub trait PygLayer<B: Backend>: Module<B> {
    /// Every parameter with its name.
    fn named(&mut self) -> Vec<Named<'_, B>>;

    /// Rewrites a state dict where PyTorch Geometric keeps more than this layer does.
    fn adapt(&self, tensors: &mut Tensors) {
        let _ = tensors;
    }

    /// Adds what PyTorch Geometric keeps beyond this layer's parameters.
    fn complete(&self, tensors: &mut Tensors) {
        let _ = tensors;
    }
}
