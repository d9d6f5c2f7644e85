use burn::prelude::*;
use burn::tensor::DType;

use crate::{GnnError, GraphBatch};

/// Self-attention logits before LeakyReLU of `H` heads, split as `target[i] + source[j] + edge[e]`.
#[derive(Debug, Clone)]
pub struct SelfLogits<B: Backend> {
    /// Part of node *i*, `[N, H]`.
    pub target: Tensor<B, 2>,
    /// Part of neighbour *j*, `[N, H]`.
    pub source: Tensor<B, 2>,
    /// Part of the edge, `[E, H]`.
    pub edge: Tensor<B, 2>,
}

/// The linear map of Gaussian attention, split as `z = target[i] + source[j] + edge_weight · edge_features[e]`.
///
/// `z` itself would be `[E, D]`; the fused operation never stores it.
#[derive(Debug, Clone)]
pub struct GaussianTerms<B: Backend> {
    /// Part of node *i*, bias included, `[N, D]`.
    pub target: Tensor<B, 2>,
    /// Part of neighbour *j*, `[N, D]`.
    pub source: Tensor<B, 2>,
    /// Weights of the edge features, `[D, De]`.
    pub edge_weight: Tensor<B, 2>,
    /// Edge features, `[E, De]`.
    pub edge_features: Tensor<B, 2>,
}

/// What the fused attention works on. At least one of the two mechanisms must be there.
#[derive(Debug, Clone)]
pub struct AttentionInputs<B: Backend> {
    /// Transformed node features `h = W x`, `[N, C]`; head `h` owns columns `h·C/H..(h + 1)·C/H`.
    pub values: Tensor<B, 2>,
    /// Self-attention, eq. 1.
    pub self_logits: Option<SelfLogits<B>>,
    /// Gaussian attention, eqs. 3–5.
    pub gaussian: Option<GaussianTerms<B>>,
    /// Weight of self-attention in `0..=1`, `[1]`, eq. 7; read only if both mechanisms are there.
    pub lambda: Tensor<B, 1>,
}

impl<B: Backend> SelfLogits<B> {
    /// Logits that are known edge by edge, `[E, H]`.
    #[must_use]
    pub fn of_edges(edge: Tensor<B, 2>, graph: &GraphBatch<B>) -> Self {
        let options = (graph.device(), edge.dtype());
        let none = Tensor::zeros([graph.topology().nodes(), edge.dims()[1]], options);
        Self { target: none.clone(), source: none, edge }
    }
}

impl<B: Backend> AttentionInputs<B> {
    /// Whether all operands have the shapes that their fields name, for the nodes and edges of `graph`.
    ///
    /// # Errors
    ///
    /// [`GnnError::Shape`] naming the operand, [`GnnError::NoMechanism`] if neither mechanism is there.
    pub fn check(&self, graph: &GraphBatch<B>) -> Result<(), GnnError> {
        let mut heads = 1;
        if let Some(SelfLogits { target, source, edge }) = &self.self_logits {
            heads = target.dims()[1];
            graph.check_nodes("attention's target logits", target, heads)?;
            graph.check_nodes("attention's source logits", source, heads)?;
            graph.check_edges("attention's edge logits", edge, heads)?;
        }
        if let Some(GaussianTerms { target, source, edge_weight, edge_features }) = &self.gaussian {
            let (width, edge_width) = (target.dims()[1], edge_features.dims()[1]);
            graph.check_nodes("attention's target terms", target, width)?;
            graph.check_nodes("attention's source terms", source, width)?;
            graph.check_edges("attention's edge features", edge_features, edge_width)?;
            GnnError::check_shape("attention's edge weight", edge_weight.dims(), [width, edge_width])?;
        }
        if self.self_logits.is_none() && self.gaussian.is_none() {
            return Err(GnnError::NoMechanism);
        }
        graph.check_nodes("attention's values", &self.values, self.values.dims()[1])?;
        GnnError::check_shape("attention's lambda", self.lambda.dims(), [1])?;
        GnnError::check_heads(heads, self.values.dims()[1])
    }
    /// Whether the kernels can read all operands.
    pub(crate) fn is_single_precision(&self) -> bool {
        let own = self.self_logits.iter().flat_map(|l| [&l.target, &l.source, &l.edge]);
        let gaussian =
            self.gaussian.iter().flat_map(|g| [&g.target, &g.source, &g.edge_weight, &g.edge_features]);
        let matrices = own.chain(gaussian).chain([&self.values]);
        matrices.map(Tensor::dtype).chain([self.lambda.dtype()]).all(|dtype| dtype == DType::F32)
    }
}
