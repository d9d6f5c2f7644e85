//! Gaussian attention of one edge, forward and backward (eqs. 3–5).
//!
//! `z` is linear in its parts, so its deviation from its mean is the sum of the parts' deviations: the mean is taken off
//! the rows of nodes and weights once, not off every edge. Likewise the mean is taken off the gradients of the rows.

use super::lanes::{Lanes, add, add_scaled, bell, blend, dot, multiply, set_sum, sum};
use super::rows::{Row, Rows};
use crate::Topology;

pub(super) struct GaussianOperands<'a> {
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
    pub(super) target: &'a mut [Lanes],
    /// Row of the source.
    pub(super) source: &'a mut [Lanes],
    /// `[De, D]`.
    pub(super) edge_weight: &'a mut [Lanes],
    /// `[De]`; empty if nobody asked.
    pub(super) edge_features: &'a mut [f32],
}

impl GaussianOperands<'_> {
    pub(super) fn width(&self) -> usize {
        self.target.width()
    }

    #[inline(always)]
    fn features(&self, edge: usize) -> &[f32] {
        &self.edge_features[edge * self.edge_width..(edge + 1) * self.edge_width]
    }

    /// Leaves `z − μ` in `d` and returns the floored variance (eqs. 3 and 4).
    #[inline(always)]
    pub(super) fn deviations<R: Row>(&self, topology: &Topology, node: usize, edge: usize, d: &mut R) -> f32 {
        let mut z = std::mem::take(d);
        let source = self.source.row::<R>(topology.source()[edge] as usize);
        set_sum(z.lanes_mut(), self.target.row::<R>(node), source);
        for (k, feature) in self.features(edge).iter().enumerate() {
            add_scaled(z.lanes_mut(), *feature, self.edge_weight.row::<R>(k));
        }
        let variance = dot(z.lanes(), z.lanes()) / self.width() as f32 + self.variance_floor;
        *d = z;
        variance
    }

    /// `Σ_k exp(−d_k²/2v)`; leaves the exponentials in `p`.
    #[inline(always)]
    fn exponentials(&self, d: &[Lanes], p: &mut [Lanes], variance: f32) -> f32 {
        bell(p, d, -0.5 / variance);
        // The filling holds deviations of 0, so exponentials of exactly 1.
        sum(p) - self.target.filling() as f32
    }

    /// Eq. 5 summed over the features: `Σ_k exp(−d_k²/2v) / √(2πv)`.
    #[inline(always)]
    pub(super) fn density<R: Row>(&self, d: &R, scratch: &mut R, variance: f32) -> f32 {
        let mut p = std::mem::take(scratch);
        let total = self.exponentials(d.lanes(), p.lanes_mut(), variance);
        *scratch = p;
        total / (std::f32::consts::TAU * variance).sqrt()
    }

    /// Replaces the deviations by their gradient, given that of the summed density.
    ///
    /// With `p_k = exp(−d_k²/2v)/√(2πv)`: `∂/∂d_k = −p_k d_k/v`, `∂/∂v = Σ p_k (d_k²/2v² − 1/2v)`, and
    /// `v = Σ d_k²/D + floor`.
    #[inline(always)]
    pub(super) fn density_gradient<R: Row>(&self, d: &mut R, scratch: &mut R, variance: f32, gradient: f32) {
        let (mut z, mut p) = (std::mem::take(d), std::mem::take(scratch));
        let norm = gradient / (std::f32::consts::TAU * variance).sqrt();
        let total = self.exponentials(z.lanes(), p.lanes_mut(), variance);
        // p_k d_k, from which the sum and the gradient follow.
        multiply(p.lanes_mut(), z.lanes());
        let by_variance = norm * 0.5 / variance * (dot(p.lanes(), z.lanes()) / variance - total);
        let spread = 2.0 * by_variance / self.width() as f32;
        blend(z.lanes_mut(), spread, -norm / variance, p.lanes());
        (*d, *scratch) = (z, p);
    }

    /// Adds the gradient of one edge's deviations to everything that they were made of.
    #[inline(always)]
    pub(super) fn scatter<R: Row>(&self, edge: usize, gradient: &[Lanes], to: EdgeGradients<'_>) {
        add(to.target, gradient);
        add(to.source, gradient);
        let per_row = R::per_row(self.target.per_row());
        for (feature, row) in self.features(edge).iter().zip(to.edge_weight.chunks_exact_mut(per_row)) {
            add_scaled(row, *feature, gradient);
        }
        for (k, feature) in to.edge_features.iter_mut().enumerate() {
            *feature = dot(gradient, self.edge_weight.row::<R>(k));
        }
    }
}
