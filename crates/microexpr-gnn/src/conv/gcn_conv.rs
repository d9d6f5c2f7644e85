use burn::module::Param;
use burn::prelude::*;

use crate::dense_map::dense_map;
use crate::error::OrPanic;
use crate::message_passing::{Aggregation, MessagePassing, Pairs};
use crate::{GnnError, GraphBackend, GraphBatch, SeededRng, Topology, initializer};

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
        let transformed = dense_map(x, self.weight.val(), None);
        B::sparse_product(graph.gcn_matrix(), transformed) + self.bias.val().unsqueeze()
    }
}

/// The layer with every message stored. A node's own part is added by the update: self-loops of the edge list send 0.
impl<B: GraphBackend> MessagePassing<B> for GcnConv<B> {
    fn aggregation(&self) -> Aggregation {
        Aggregation::Sum
    }

    fn message(&self, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let topology = pairs.graph().topology();
        let degree = gcn_degrees(topology);
        let ends = topology.source().iter().zip(topology.target());
        let weight = |(s, t): (&u32, &u32)| {
            if s == t { 0.0 } else { 1.0 / (degree[*s as usize] * degree[*t as usize]).sqrt() }
        };
        dense_map(pairs.source(), self.weight.val(), None) * column(ends.map(weight).collect(), pairs)
    }

    fn update(&self, aggregated: Tensor<B, 2>, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
        let shares = gcn_degrees(pairs.graph().topology()).iter().map(|degree| 1.0 / degree).collect();
        let own = dense_map(pairs.nodes(), self.weight.val(), None) * column(shares, pairs);
        aggregated + own + self.bias.val().unsqueeze()
    }
}

/// A constant for every node or edge.
fn column<B: GraphBackend>(values: Vec<f32>, pairs: &Pairs<'_, B>) -> Tensor<B, 2> {
    let rows = values.len();
    Tensor::from_data(TensorData::new(values, [rows, 1]), (pairs.graph().device(), pairs.nodes().dtype()))
}

/// Incoming edges of every node from others, and one.
pub(crate) fn gcn_degrees(topology: &Topology) -> Vec<f32> {
    let others = |node: usize| {
        let sources = topology.incoming(node).iter().map(|e| topology.source()[*e as usize]);
        sources.filter(move |other| *other as usize != node).count()
    };
    (0..topology.nodes()).map(|node| 1.0 + others(node) as f32).collect()
}
