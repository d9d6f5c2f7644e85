//! Launches of the backward pass of Gaussian attention.
#![expect(
    unsafe_code,
    reason = "kernels are launched without bounds checks; every index list is checked on the host"
)]

use burn_cubecl::CubeRuntime;
use burn_cubecl::tensor::CubeTensor;

use super::backward_kernels as kernels;
use super::forward::columns;
use super::launch::{new_matrix, threads};
use super::lists::{EdgesOfNodes, EdgesOnDevice};
use crate::attention::AttentionSettings;

/// Edges that one thread sums up for the gradient of the edge weights.
const PART: usize = 256;

/// The Gaussian part: `z = target[i] + source[j] + weight · features[e]`, recomputed in every kernel.
pub(super) struct Pair<'a, R: CubeRuntime> {
    /// Target, source, weight, features.
    pub(super) terms: [&'a CubeTensor<R>; 4],
    pub(super) lists: &'a EdgesOnDevice<R>,
}

/// Launches a kernel that starts with the operands of `z` and both ends of the edges.
macro_rules! launch_pair {
    ($kernel:ident, $pair:expr, $threads:expr, [$($list:expr),*], $($rest:expr),*) => {{
        let [target, source, weight, features] = $pair.terms;
        let (count, dim) = threads(&target.client, $threads);
        // SAFETY: both ends of every edge are nodes, and the lists hold edge numbers only.
        unsafe {
            kernels::$kernel::launch_unchecked::<R>(
                &target.client,
                count,
                dim,
                target.clone().into_array_arg(),
                source.clone().into_array_arg(),
                weight.clone().into_array_arg(),
                features.clone().into_array_arg(),
                $pair.lists.target.clone().into_array_arg(),
                $pair.lists.source.clone().into_array_arg(),
                $($list.clone().into_array_arg(),)*
                $($rest),*
            );
        }
    }};
}

impl<R: CubeRuntime> Pair<'_, R> {
    fn widths(&self) -> (usize, usize) {
        (columns(self.terms[0]), columns(self.terms[3]))
    }

    pub(super) fn numbers(
        &self,
        score_gradient: &CubeTensor<R>,
        settings: &AttentionSettings,
    ) -> CubeTensor<R> {
        let (width, edge_width) = self.widths();
        let out = new_matrix(self.terms[0], [self.lists.edges, 5]);
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

    pub(super) fn node_gradient(&self, numbers: &CubeTensor<R>, edges: &EdgesOfNodes<R>) -> CubeTensor<R> {
        let (width, edge_width) = self.widths();
        let out = new_matrix(self.terms[0], [self.lists.nodes, width]);
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

    pub(super) fn edge_feature_gradient(&self, numbers: &CubeTensor<R>) -> CubeTensor<R> {
        let (width, edge_width) = self.widths();
        let out = new_matrix(self.terms[0], [self.lists.edges, edge_width]);
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

    /// One row per [`PART`] edges.
    pub(super) fn edge_weight_parts(&self, numbers: &CubeTensor<R>) -> CubeTensor<R> {
        let (width, edge_width) = self.widths();
        let parts = self.lists.edges.div_ceil(PART);
        let out = new_matrix(self.terms[0], [parts, width * edge_width]);
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
