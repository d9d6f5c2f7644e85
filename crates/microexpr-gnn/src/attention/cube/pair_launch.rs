//! Launches of the kernels that compute the pair features of Gaussian attention, forward and backward.
#![expect(
    unsafe_code,
    reason = "kernels are launched without bounds checks; `launch!` says why that is sound"
)]

use burn_cubecl::CubeRuntime;
use burn_cubecl::tensor::CubeTensor;

use super::backward_kernels::{
    density_gradient, edge_feature_gradient, edge_weight_gradient, pair_node_gradient,
};
use super::forward_kernels::densities;
use super::launch::{columns, launch, new_matrix};
use super::lists::{EdgesOfNodes, EdgesOnDevice};
use crate::attention::{AttentionSettings, GaussianOperands};

/// Edges that one thread sums up for the gradient of the edge weights.
const PART: usize = 256;

/// `z = target[i] + source[j] + weight · features[e]`, recomputed in every kernel.
pub(super) struct Pair<'a, R: CubeRuntime> {
    pub(super) terms: GaussianOperands<&'a CubeTensor<R>>,
    pub(super) lists: &'a EdgesOnDevice<R>,
}

/// Launches a kernel that starts with the operands of `z` and both ends of the edges.
macro_rules! launch_pair {
    ($kernel:ident, $pair:expr, $values:expr, [$($list:expr),*], $($constant:expr),*) => {{
        let GaussianOperands { target, source, edge_weight, edge_features } = $pair.terms;
        let (edge_target, edge_source) = (&$pair.lists.target, &$pair.lists.source);
        launch!(
            $kernel,
            $values,
            [target, source, edge_weight, edge_features, edge_target, edge_source $(, $list)*],
            $($constant),*
        );
    }};
}

impl<R: CubeRuntime> Pair<'_, R> {
    fn widths(&self) -> (usize, usize) {
        (columns(self.terms.target), columns(self.terms.edge_features))
    }

    /// Eqs. 3 to 5 of every edge, `[E, 1]`.
    pub(super) fn densities(&self, settings: &AttentionSettings) -> CubeTensor<R> {
        let (width, edge_width) = self.widths();
        let scores = new_matrix(self.terms.target, [self.lists.edges, 1]);
        launch_pair!(
            densities,
            self,
            self.lists.edges,
            [scores],
            settings.variance_floor as f32,
            settings.density_scale(width),
            width as f32,
            width,
            edge_width
        );
        scores
    }

    /// The five numbers of every edge from which all gradients follow, `[E, 5]`.
    pub(super) fn numbers(
        &self,
        score_gradient: &CubeTensor<R>,
        settings: &AttentionSettings,
    ) -> CubeTensor<R> {
        let (width, edge_width) = self.widths();
        let out = new_matrix(self.terms.target, [self.lists.edges, 5]);
        let floor = settings.variance_floor as f32;
        launch_pair!(
            density_gradient,
            self,
            self.lists.edges,
            [score_gradient, out],
            floor,
            width as f32,
            width,
            edge_width
        );
        out
    }

    /// Gradient of the nodes' part over the edges that enter or leave them, `[N, D]`.
    pub(super) fn node_gradient(&self, numbers: &CubeTensor<R>, edges: &EdgesOfNodes<R>) -> CubeTensor<R> {
        let (width, edge_width) = self.widths();
        let out = new_matrix(self.terms.target, [self.lists.nodes, width]);
        launch_pair!(
            pair_node_gradient,
            self,
            self.lists.nodes * width,
            [numbers, edges.start, edges.edge, out],
            width,
            edge_width
        );
        out
    }

    /// `[E, De]`.
    pub(super) fn edge_feature_gradient(&self, numbers: &CubeTensor<R>) -> CubeTensor<R> {
        let (width, edge_width) = self.widths();
        let out = new_matrix(self.terms.target, [self.lists.edges, edge_width]);
        launch_pair!(
            edge_feature_gradient,
            self,
            self.lists.edges * edge_width,
            [numbers, out],
            width,
            edge_width
        );
        out
    }

    /// Gradient of the edge weights, `[E / PART, D·De]`: one row per [`PART`] edges.
    pub(super) fn edge_weight_parts(&self, numbers: &CubeTensor<R>) -> CubeTensor<R> {
        let (width, edge_width) = self.widths();
        let parts = self.lists.edges.div_ceil(PART);
        let out = new_matrix(self.terms.target, [parts, width * edge_width]);
        launch_pair!(
            edge_weight_gradient,
            self,
            parts * width * edge_width,
            [numbers, out],
            width,
            edge_width,
            PART
        );
        out
    }
}
