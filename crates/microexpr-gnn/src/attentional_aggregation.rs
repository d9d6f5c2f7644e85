use burn::prelude::*;

use crate::conv::{Mlp, MlpConfig};
use crate::error::OrPanic;
use crate::{GnnError, GraphBackend, GraphBatch, Readout, SeededRng};

/// Configuration of [`AttentionalAggregation`].
#[derive(Config, Debug)]
pub struct AttentionalAggregationConfig {
    /// The network that scores a node: its last width is 1, or that of the output.
    pub gate: MlpConfig,
    /// The network that transforms a node before the sum, if any.
    pub transform: Option<MlpConfig>,
}

/// Global attention readout: `Σ_i softmax_i(gate(x_i)) transform(x_i)` over the nodes of each graph.
///
/// Source: Y. Li et al., "Gated Graph Sequence Neural Networks", ICLR 2016; PyTorch Geometric's `AttentionalAggregation`
/// (`GlobalAttention`).
#[derive(Module, Debug)]
pub struct AttentionalAggregation<B: Backend> {
    /// Scores a node.
    pub gate: Mlp<B>,
    /// Transforms a node.
    pub transform: Option<Mlp<B>>,
}

impl AttentionalAggregationConfig {
    /// Whether the layer can be built.
    ///
    /// # Errors
    ///
    /// [`GnnError::Setting`] if the networks' inputs differ, or the scores are neither one nor as many as the output's values.
    pub fn check(&self) -> Result<(), GnnError> {
        self.gate.check()?;
        self.transform.as_ref().map_or(Ok(()), MlpConfig::check)?;
        let (input, scores) = (self.gate.widths[0], self.gate.widths[self.gate.widths.len() - 1]);
        let widths = self.transform.as_ref().map_or(&self.gate.widths[..1], |mlp| &mlp.widths[..]);
        GnnError::check_setting(
            widths[0] == input,
            "transform",
            "as wide at its input as the gate",
            widths[0],
        )?;
        let output = widths[widths.len() - 1];
        let holds = scores == 1 || scores == output;
        GnnError::check_setting(holds, "gate", "one score, or one for each value of the output", scores)
    }

    /// Draws initial weights.
    ///
    /// # Panics
    ///
    /// If [`AttentionalAggregationConfig::check`] fails.
    pub fn init<B: Backend>(&self, device: &B::Device, random: &mut SeededRng) -> AttentionalAggregation<B> {
        self.check().or_panic();
        AttentionalAggregation {
            gate: self.gate.init(device, random),
            transform: self.transform.as_ref().map(|mlp| mlp.init(device, random)),
        }
    }
}

impl<B: GraphBackend> AttentionalAggregation<B> {
    /// Reduces every graph of the batch.
    ///
    /// # Shapes
    ///
    /// - `x`: `[N, D]`; output: `[G, C]`
    ///
    /// # Panics
    ///
    /// If the rows or columns of `x` do not fit.
    #[must_use]
    pub fn forward(&self, x: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
        graph.expect_nodes("AttentionalAggregation's node features", &x, self.gate.input());
        let weights = graph_softmax(self.gate.forward(x.clone()), graph);
        let values = self.transform.as_ref().map_or(x.clone(), |mlp| mlp.forward(x));
        B::sparse_product(graph.sums(), weights * values)
    }
}

/// Softmax over the nodes of every graph, column by column, `[N, H]` to `[N, H]`.
fn graph_softmax<B: GraphBackend>(scores: Tensor<B, 2>, graph: &GraphBatch<B>) -> Tensor<B, 2> {
    // Taking the largest off changes nothing but keeps the powers finite; it is a constant to the gradient.
    let largest = Readout::Max.forward(scores.clone().detach(), graph);
    let powers = (scores - graph.at_nodes(largest)).exp();
    let sums = B::sparse_product(graph.sums(), powers.clone());
    powers / graph.at_nodes(sums)
}
