//! Gaussian attention of one edge, forward and backward (eqs. 3–5).
//!
//! `z` is linear in its parts, so its deviation from its mean is the sum of the parts' deviations: the mean is taken off
//! the rows of nodes and weights once, not off every edge. Likewise the mean is taken off the gradients of the rows.

use super::lanes::{Eight, Lanes};
use super::rows::Rows;
use super::vectors::{BellSums, add, add_scaled, bell_products, bell_total, combine, dot, sum};
use crate::Topology;

/// The parts of `z`, every row of nodes and weights without its mean.
pub(super) struct CentredGaussian<'a> {
    /// `[N, D]`, centred.
    pub(super) target: Rows,
    /// `[N, D]`, centred.
    pub(super) source: Rows,
    /// `[De, D]`, centred; transposed, so that one edge feature scales one row.
    pub(super) edge_weight: Rows,
    /// `[E, De]`.
    pub(super) edge_features: &'a [f32],
    pub(super) edge_width: usize,
    pub(super) variance_floor: f32,
}

/// Where the gradients of one edge go.
pub(super) struct EdgeGradients<'a> {
    /// Row of the target.
    pub(super) target: &'a mut [Eight],
    /// Row of the source.
    pub(super) source: &'a mut [Eight],
    /// `[De, D]`.
    pub(super) edge_weight: &'a mut [Eight],
    /// `[De]`; empty if nobody asked.
    pub(super) edge_features: &'a mut [f32],
}

impl CentredGaussian<'_> {
    pub(super) fn width(&self) -> usize {
        self.target.width()
    }

    #[inline(always)]
    fn features(&self, edge: usize) -> &[f32] {
        &self.edge_features[edge * self.edge_width..(edge + 1) * self.edge_width]
    }

    /// Leaves `z − μ` in `d` and returns the floored variance (eqs. 3 and 4).
    #[inline(always)]
    pub(super) fn deviations<V: Lanes>(
        &self,
        topology: &Topology,
        node: usize,
        edge: usize,
        d: &mut [Eight],
    ) -> f32 {
        let source = self.source.row(topology.source()[edge] as usize);
        sum::<V>(d, self.target.row(node), source);
        for (k, feature) in self.features(edge).iter().enumerate() {
            add_scaled::<V>(d, *feature, self.edge_weight.row(k));
        }
        dot::<V>(d, d) / self.width() as f32 + self.variance_floor
    }

    /// Eq. 5 summed over the features: `Σ_k exp(−d_k²/2v) / √(2πv)`.
    #[inline(always)]
    pub(super) fn density<V: Lanes>(&self, d: &[Eight], variance: f32) -> f32 {
        let total = bell_total::<V>(d, -0.5 / variance);
        self.filled(total) / (std::f32::consts::TAU * variance).sqrt()
    }

    /// The sum of exponentials without those of the filling: its deviations are 0, so they are exactly 1.
    #[inline(always)]
    fn filled(&self, exponentials: f32) -> f32 {
        exponentials - self.target.filling() as f32
    }

    /// Replaces the deviations by their gradient, given that of the summed density.
    ///
    /// With `p_k = exp(−d_k²/2v)/√(2πv)`: `∂/∂d_k = −p_k d_k/v`, `∂/∂v = Σ p_k (d_k²/2v² − 1/2v)`, and
    /// `v = Σ d_k²/D + floor`.
    #[inline(always)]
    pub(super) fn density_gradient<V: Lanes>(
        &self,
        d: &mut [Eight],
        products: &mut [Eight],
        variance: f32,
        gradient: f32,
    ) {
        let BellSums { total, squares } = bell_products::<V>(products, d, -0.5 / variance);
        let norm = gradient / (std::f32::consts::TAU * variance).sqrt();
        let by_variance = norm * 0.5 / variance * (squares / variance - self.filled(total));
        let (own, spread) = (-norm / variance, 2.0 * by_variance / self.width() as f32);
        combine::<V>(d, spread, own, products);
    }

    /// Adds the gradient of one edge's deviations to everything that they were made of.
    #[inline(always)]
    pub(super) fn scatter<V: Lanes>(&self, edge: usize, gradient: &[Eight], to: EdgeGradients<'_>) {
        add::<V>(to.target, gradient);
        add::<V>(to.source, gradient);
        let rows = to.edge_weight.chunks_exact_mut(self.target.per_row());
        for (feature, row) in self.features(edge).iter().zip(rows) {
            add_scaled::<V>(row, *feature, gradient);
        }
        for (k, feature) in to.edge_features.iter_mut().enumerate() {
            *feature = dot::<V>(gradient, self.edge_weight.row(k));
        }
    }
}
