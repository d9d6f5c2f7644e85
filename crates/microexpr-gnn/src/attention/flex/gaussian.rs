//! Gaussian attention of one edge, forward and backward (eqs. 3–5).
//!
//! `z` is linear in its parts, so its deviation from its mean is the sum of the parts' deviations: the mean is taken off
//! the rows of nodes and weights once, not off every edge. Likewise the mean is taken off the gradients of the rows.

use std::borrow::Cow;

use super::lanes::{Eight, Lanes};
use super::rows::Rows;
use super::vectors::{BellSums, add, add_scaled, bell_products, bell_total, combine, dot};
use super::width::Width;

/// The parts of `z`, every row of nodes and weights without its mean.
pub(crate) struct CentredGaussian<'a> {
    /// `[N, D]`, centred.
    pub(crate) target: Cow<'a, Rows>,
    /// `[N, D]`, centred.
    pub(crate) source: Cow<'a, Rows>,
    /// `[De, D]`, centred; transposed, so that one edge feature scales one row.
    pub(crate) edge_weight: Cow<'a, Rows>,
    /// `[E, De]`.
    pub(crate) edge_features: &'a [f32],
    pub(crate) edge_width: usize,
    pub(crate) variance_floor: f32,
}

/// Where the gradients of one edge go.
pub(crate) struct EdgeGradients<'a> {
    /// Row of the target.
    pub(crate) target: &'a mut [Eight],
    /// Row of the source.
    pub(crate) source: &'a mut [Eight],
    /// `[De, D]`.
    pub(crate) edge_weight: &'a mut [Eight],
    /// `[De]`; empty if nobody asked.
    pub(crate) edge_features: &'a mut [f32],
}

/// `z − μ` of one edge (eq. 3) and its floored variance (eq. 4).
struct Deviations<'a> {
    d: &'a mut [Eight],
    variance: f32,
}

impl CentredGaussian<'_> {
    pub(crate) fn width(&self) -> usize {
        self.target.width()
    }

    #[inline(always)]
    fn features(&self, edge: usize) -> &[f32] {
        &self.edge_features[edge * self.edge_width..(edge + 1) * self.edge_width]
    }

    /// Fills `room` with the deviations of the edge from `source` to `target`.
    #[inline(always)]
    fn deviations<'a, V: Lanes>(
        &self,
        [target, source]: [usize; 2],
        edge: usize,
        room: &'a mut [Eight],
        width: impl Width,
    ) -> Deviations<'a> {
        let lanes = width.lanes();
        let d = &mut room[..lanes];
        let target = &self.target.lanes[target * lanes..][..lanes];
        let source = &self.source.lanes[source * lanes..][..lanes];
        let mut squares = V::splat(0.0);
        if let [first, second] = self.features(edge) {
            // The paper's two features, in one pass.
            let (first, second) = (V::splat(*first), V::splat(*second));
            let (first_row, second_row) = self.edge_weight.lanes.split_at(lanes);
            let (first_row, second_row) = (&first_row[..lanes], &second_row[..lanes]);
            for k in 0..lanes {
                let nodes = V::load(&target[k]).plus(V::load(&source[k]));
                let x = nodes.plus_product(first, V::load(&first_row[k]));
                let x = x.plus_product(second, V::load(&second_row[k]));
                squares = squares.plus_product(x, x);
                x.store(&mut d[k]);
            }
        } else {
            for k in 0..lanes {
                let mut x = V::load(&target[k]).plus(V::load(&source[k]));
                for (row, feature) in self.features(edge).iter().enumerate() {
                    x = x.plus_product(V::splat(*feature), V::load(&self.edge_weight.lanes[row * lanes + k]));
                }
                squares = squares.plus_product(x, x);
                x.store(&mut d[k]);
            }
        }
        let variance = squares.total() / self.width() as f32 + self.variance_floor;
        Deviations { d, variance }
    }

    /// Eq. 5 of an edge between two nodes, summed over the features: `Σ_k exp(−d_k²/2v) / √(2πv)`.
    #[inline(always)]
    pub(crate) fn density<V: Lanes>(
        &self,
        nodes: [usize; 2],
        edge: usize,
        room: &mut [Eight],
        width: impl Width,
    ) -> f32 {
        let Deviations { d, variance } = self.deviations::<V>(nodes, edge, room, width);
        let precision = 1.0 / variance;
        let total = bell_total::<V>(d, -0.5 * precision);
        self.filled(total) * (precision / std::f32::consts::TAU).sqrt()
    }

    /// The sum of exponentials without those of the filling: its deviations are 0, so they are exactly 1.
    #[inline(always)]
    fn filled(&self, exponentials: f32) -> f32 {
        exponentials - self.target.filling() as f32
    }

    /// Adds the gradient of an edge's summed density to everything that it was made of. `room` is for two rows.
    ///
    /// With `p_k = exp(−d_k²/2v)/√(2πv)`: `∂/∂d_k = −p_k d_k/v`, `∂/∂v = Σ p_k (d_k²/2v² − 1/2v)`, and
    /// `v = Σ d_k²/D + floor`.
    #[inline(always)]
    pub(crate) fn density_gradient<V: Lanes>(
        &self,
        nodes: [usize; 2],
        edge: usize,
        gradient: f32,
        room: [&mut [Eight]; 2],
        width: impl Width,
        to: EdgeGradients<'_>,
    ) {
        let [room, products] = room;
        let products = &mut products[..width.lanes()];
        let Deviations { d, variance } = self.deviations::<V>(nodes, edge, room, width);
        let precision = 1.0 / variance;
        let BellSums { total, squares } = bell_products::<V>(products, d, -0.5 * precision);
        let norm = gradient * (precision / std::f32::consts::TAU).sqrt();
        let by_variance = norm * 0.5 * precision * (squares * precision - self.filled(total));
        let (own, spread) = (-norm * precision, 2.0 * by_variance / self.width() as f32);
        if let ([first, second], []) = (self.features(edge), &to.edge_features) {
            // The paper's two features, in one pass.
            let lanes = width.lanes();
            let (target, source) = (&mut to.target[..lanes], &mut to.source[..lanes]);
            let (first_row, second_row) = to.edge_weight.split_at_mut(lanes);
            let (first_row, second_row) = (&mut first_row[..lanes], &mut second_row[..lanes]);
            let (first, second) = (V::splat(*first), V::splat(*second));
            let (own, spread) = (V::splat(own), V::splat(spread));
            for k in 0..lanes {
                let d = own.times(V::load(&products[k])).plus_product(spread, V::load(&d[k]));
                V::load(&target[k]).plus(d).store(&mut target[k]);
                V::load(&source[k]).plus(d).store(&mut source[k]);
                V::load(&first_row[k]).plus_product(first, d).store(&mut first_row[k]);
                V::load(&second_row[k]).plus_product(second, d).store(&mut second_row[k]);
            }
        } else {
            combine::<V>(d, spread, own, products);
            self.scatter::<V>(edge, d, width, to);
        }
    }

    /// Adds the gradient of one edge's deviations to everything that they were made of.
    #[inline(always)]
    fn scatter<V: Lanes>(&self, edge: usize, gradient: &[Eight], width: impl Width, to: EdgeGradients<'_>) {
        let lanes = width.lanes();
        add::<V>(&mut to.target[..lanes], &gradient[..lanes]);
        add::<V>(&mut to.source[..lanes], &gradient[..lanes]);
        for (k, feature) in self.features(edge).iter().enumerate() {
            add_scaled::<V>(&mut to.edge_weight[k * lanes..][..lanes], *feature, &gradient[..lanes]);
        }
        for (k, feature) in to.edge_features.iter_mut().enumerate() {
            *feature = dot::<V>(gradient, self.edge_weight.row(k));
        }
    }
}
