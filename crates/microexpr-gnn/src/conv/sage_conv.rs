use burn::module::Param;
use burn::prelude::*;
use serde::{Deserialize, Serialize};

use crate::dense_map::dense_map;
use crate::error::OrPanic;
use crate::message_passing::{Aggregation, MessagePassing, Pairs};
use crate::{GnnError, GraphBackend, GraphBatch, SeededRng, initializer};

/// Whether a node's own features have weights of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RootWeight {
    /// They are added, through `W_r`.
    #[default]
    Learned,
    /// They are left out.
    Absent,
}

/// What is done to every node's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Normalization {
    /// Nothing.
    #[default]
    None,
    /// Division by its Euclidean length, or by `1e-12` if that is smaller.
    L2,
}

/// Configuration of [`SageConv`].
#[derive(Config, Debug)]
pub struct SageConvConfig {
    /// Width `D` of the node features.
    pub input: usize,
    /// Width `C` of the output.
    pub output: usize,
    /// `⊕`.
    #[config(default = "Aggregation::Mean")]
    pub aggregation: Aggregation,
    /// Whether a node's own features have weights of their own.
    #[config(default = "RootWeight::Learned")]
    pub root_weight: RootWeight,
    /// What is done to every node's output.
    #[config(default = "Normalization::None")]
    pub normalization: Normalization,
}

/// GraphSAGE: `x'_i = W_l ⊕_j x_j + b + W_r x_i`.
///
/// Source: W. Hamilton, R. Ying, J. Leskovec, "Inductive Representation Learning on Large Graphs", NeurIPS 2017; PyTorch
/// Geometric's `SAGEConv`: `lin_l.weight`, `lin_l.bias`, `lin_r.weight`.
#[derive(Module, Debug)]
pub struct SageConv<B: Backend> {
    /// `W_l`, `[C, D]`.
    pub neighbour_weight: Param<Tensor<B, 2>>,
    /// `b`, `[C]`.
    pub bias: Param<Tensor<B, 1>>,
    /// `W_r`, `[C, D]`.
    pub root_weight: Option<Param<Tensor<B, 2>>>,
    #[module(skip)]
    aggregation: Aggregation,
    #[module(skip)]
    normalization: Normalization,
}

impl SageConvConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] for a width of 0.
    pub fn check(&self) -> Result<(), GnnError> {
        GnnError::check_widths(self.input, self.output)
    }

    /// Draws initial weights (PyTorch's rule for `Linear`).
    ///
    /// # Panics
    ///
    /// If [`SageConvConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> SageConv<B> {
        self.check().or_panic();
        let mut matrix = || initializer::linear([self.output, self.input], self.input, device, random);
        let (neighbour_weight, root_weight) = match self.root_weight {
            RootWeight::Learned => (matrix(), Some(matrix())),
            RootWeight::Absent => (matrix(), None),
        };
        SageConv {
            neighbour_weight,
            bias: initializer::linear([self.output], self.input, device, random),
            root_weight,
            aggregation: self.aggregation,
            normalization: self.normalization,
        }
    }
}

impl<B: GraphBackend> SageConv<B> {
    /// Convolves.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, D]`; output: `[N, C]`
    ///
    /// # Panics
    ///
    /// If the rows or columns of `x` do not fit.
    #[must_use]
    pub fn forward(&self, x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
        graph.expect_nodes("SageConv's node features", &x, self.neighbour_weight.dims()[1]);
        let linear = matches!(self.aggregation, Aggregation::Sum | Aggregation::Mean);
        let [output, input] = self.neighbour_weight.dims();
        if linear && output <= input { self.mapped_first(x, graph) } else { self.propagate(x, None, graph) }
    }

    /// Sums and means of narrow features instead of wide ones: `W_n Σ_j x_j = Σ_j W_n x_j`.
    fn mapped_first(&self, x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
        let neighbours = dense_map(x.clone(), self.neighbour_weight.val(), None);
        let aggregated = self.aggregation.aggregate_neighbours(neighbours, graph);
        self.normalization.apply(match &self.root_weight {
            Some(weight) => aggregated + dense_map(x, weight.val(), Some(self.bias.val())),
            None => aggregated + self.bias.val().unsqueeze(),
        })
    }
}

impl Normalization {
    fn apply<B: Backend>(self, out: Tensor<B, 2>) -> Tensor<B, 2> {
        match self {
            Self::None => out,
            Self::L2 => {
                let length = out.clone().powi_scalar(2).sum_dim(1).sqrt().clamp_min(1e-12);
                out / length
            }
        }
    }
}

impl<B: GraphBackend> MessagePassing<B> for SageConv<B> {
    fn aggregation(&self) -> Aggregation {
        self.aggregation
    }

    fn message(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        pairs.source()
    }

    fn message_and_aggregate(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        self.aggregation.aggregate_neighbours(pairs.nodes(), pairs.graph())
    }

    fn update(&self, aggregated: Tensor<B, 2>, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let neighbours = dense_map(aggregated, self.neighbour_weight.val(), Some(self.bias.val()));
        self.normalization.apply(match &self.root_weight {
            Some(weight) => neighbours + dense_map(pairs.nodes(), weight.val(), None),
            None => neighbours,
        })
    }
}
