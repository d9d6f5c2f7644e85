//! Gaussian attention of the edges of one group, forward and backward (eqs. 3–5).
//!
//! `z` is linear in its parts, so its deviation from its mean is the sum of the parts' deviations: the mean is taken off
//! the rows of nodes and weights once, not off every edge. Likewise the mean is taken off the gradients of the rows.
//!
//! What an edge has many of (features) is worked on edge by edge, what it has one of (variance, density) for eight edges at a
//! time.

use std::borrow::Cow;

use super::group::Group;
use super::lanes::{Eight, LANES, Lanes};
use super::rows::Rows;
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

/// What is known of the edges of a group.
#[derive(Default)]
pub(crate) struct EdgesOfGroup {
    /// `z − μ` of every edge, row by row.
    deviations: Vec<Eight>,
    /// `p_k d_k` of every edge, likewise, with `p_k = exp(−d_k²/2v)`.
    products: Vec<Eight>,
    /// Eight sums of every edge that are still to be added up: those over one quantity, and those over another.
    partial: [Vec<Eight>; 2],
    /// `1/v` of every edge.
    precision: Vec<Eight>,
}

impl EdgesOfGroup {
    /// Makes room for `edges` edges with rows of `lanes` lanes.
    #[inline(always)]
    fn fit(&mut self, edges: usize, lanes: usize) {
        let whole = edges.div_ceil(LANES);
        if self.precision.len() < whole {
            let zeros = |length: usize| vec![[0.0; LANES]; length];
            *self = Self {
                deviations: zeros(whole * LANES * lanes),
                products: zeros(whole * LANES * lanes),
                partial: [zeros(whole * LANES), zeros(whole * LANES)],
                precision: zeros(whole),
            };
        }
    }
}

impl CentredGaussian<'_> {
    pub(crate) fn width(&self) -> usize {
        self.target.width()
    }

    #[inline(always)]
    pub(crate) fn features(&self, edge: usize) -> &[f32] {
        &self.edge_features[edge * self.edge_width..(edge + 1) * self.edge_width]
    }

    /// Leaves `z − μ` in `d` and eight sums of its squares.
    #[inline(always)]
    fn deviation<V: Lanes>(
        &self,
        [target, source]: [usize; 2],
        edge: usize,
        d: &mut [Eight],
        squares: &mut Eight,
    ) {
        let lanes = d.len();
        let target = &self.target.lanes[target * lanes..][..lanes];
        let source = &self.source.lanes[source * lanes..][..lanes];
        let mut sum = V::splat(0.0);
        if let [first, second] = self.features(edge) {
            // The paper's two features, in one pass.
            let (first, second) = (V::splat(*first), V::splat(*second));
            let (first_row, second_row) = self.edge_weight.lanes.split_at(lanes);
            let (first_row, second_row) = (&first_row[..lanes], &second_row[..lanes]);
            for k in 0..lanes {
                let nodes = V::load(&target[k]).plus(V::load(&source[k]));
                let x = nodes.plus_product(first, V::load(&first_row[k]));
                let x = x.plus_product(second, V::load(&second_row[k]));
                sum = sum.plus_product(x, x);
                x.store(&mut d[k]);
            }
        } else {
            for k in 0..lanes {
                let mut x = V::load(&target[k]).plus(V::load(&source[k]));
                for (row, feature) in self.features(edge).iter().enumerate() {
                    x = x.plus_product(V::splat(*feature), V::load(&self.edge_weight.lanes[row * lanes + k]));
                }
                sum = sum.plus_product(x, x);
                x.store(&mut d[k]);
            }
        }
        sum.store(squares);
    }

    /// Eqs. 3 and 4: deviations and precisions.
    #[inline(always)]
    fn deviations<V: Lanes>(&self, group: &Group<'_>, room: &mut EdgesOfGroup, width: impl Width) {
        room.fit(group.edges.len(), width.lanes());
        let rows = room.deviations.chunks_exact_mut(width.lanes()).zip(&mut room.partial[0]);
        for (edge, (d, squares)) in group.edges.iter().zip(rows) {
            let edge = *edge as usize;
            let nodes = [group.target[edge] as usize, group.source[edge] as usize];
            self.deviation::<V>(nodes, edge, d, squares);
        }
        let share = V::splat(1.0 / self.width() as f32);
        let (squares, _) = room.partial[0].as_chunks();
        let whole = group.edges.len().div_ceil(LANES);
        for (precision, squares) in room.precision[..whole].iter_mut().zip(squares) {
            let variance = V::splat(self.variance_floor).plus_product(V::totals(squares), share);
            V::splat(1.0).divided_by(variance).store(precision);
        }
    }

    /// Eq. 5, summed over the features: `scale·Σ_k exp(−d_k²/2v) / √(2πv)`.
    #[inline(always)]
    pub(crate) fn densities<V: Lanes>(
        &self,
        group: &Group<'_>,
        scale: f32,
        room: &mut EdgesOfGroup,
        densities: &mut [Eight],
        width: impl Width,
    ) {
        self.deviations::<V>(group, room, width);
        let rows = room.deviations.chunks_exact(width.lanes()).zip(&mut room.partial[0]);
        let precision = room.precision.as_flattened();
        for ((d, total), precision) in rows.zip(precision).take(group.edges.len()) {
            let scale = V::splat(-0.5 * precision);
            let mut sum = V::splat(0.0);
            for d in d {
                let d = V::load(d);
                sum = sum.plus(d.times(d).times(scale).exp());
            }
            sum.store(total);
        }
        let (totals, _) = room.partial[0].as_chunks();
        for ((density, totals), precision) in densities.iter_mut().zip(totals).zip(&room.precision) {
            let norm = self.norm::<V>(scale, precision);
            self.filled(V::totals(totals)).times(norm).store(density);
        }
    }

    /// `factor / √(2πv)`.
    #[inline(always)]
    fn norm<V: Lanes>(&self, factor: f32, precision: &Eight) -> V {
        let root = V::load(precision).times(V::splat(1.0 / std::f32::consts::TAU)).square_root();
        root.times(V::splat(factor))
    }

    /// Sums of exponentials without those of the filling: its deviations are 0, so they are exactly 1.
    #[inline(always)]
    fn filled<V: Lanes>(&self, exponentials: V) -> V {
        exponentials.minus(V::splat(self.target.filling() as f32))
    }

    /// The gradients of the deviations, given those of the densities, as factors `[of p_k d_k, of d_k]`; deviations and products
    /// stay in `room`.
    ///
    /// With `p_k = exp(−d_k²/2v)/√(2πv)`: `∂/∂d_k = −p_k d_k/v`, `∂/∂v = Σ p_k (d_k²/2v² − 1/2v)`, and
    /// `v = Σ d_k²/D + floor`.
    #[inline(always)]
    pub(crate) fn density_gradients<V: Lanes>(
        &self,
        group: &Group<'_>,
        gradients: &[Eight],
        room: &mut EdgesOfGroup,
        factors: [&mut [Eight]; 2],
        width: impl Width,
    ) {
        self.deviations::<V>(group, room, width);
        let EdgesOfGroup { deviations, products, partial: [totals, squares], precision } = room;
        let rows = deviations.chunks_exact(width.lanes()).zip(products.chunks_exact_mut(width.lanes()));
        let sums = totals.iter_mut().zip(squares.iter_mut()).zip(precision.as_flattened());
        for ((d, products), ((total, squares), precision)) in rows.zip(sums).take(group.edges.len()) {
            let scale = V::splat(-0.5 * precision);
            let (mut sum, mut sum_of_squares) = (V::splat(0.0), V::splat(0.0));
            for (product, d) in products.iter_mut().zip(d) {
                let d = V::load(d);
                let p = d.times(d).times(scale).exp();
                let pd = p.times(d);
                sum = sum.plus(p);
                sum_of_squares = sum_of_squares.plus_product(pd, d);
                pd.store(product);
            }
            sum.store(total);
            sum_of_squares.store(squares);
        }
        let ((totals, _), (squares, _)) = (totals.as_chunks(), squares.as_chunks());
        let share = V::splat(1.0 / self.width() as f32);
        let [of_products, of_deviations] = factors;
        let factors = of_products.iter_mut().zip(of_deviations);
        let sums = totals.iter().zip(squares).zip(gradients.iter().zip(precision.iter()));
        for ((own, spread), ((totals, squares), (gradient, precision))) in factors.zip(sums) {
            let norm = V::load(gradient).times(self.norm(1.0, precision));
            let precision = V::load(precision);
            let scaled = norm.times(precision);
            let excess = V::totals(squares).times(precision).minus(self.filled(V::totals(totals)));
            V::splat(0.0).minus(scaled).store(own);
            scaled.times(excess).times(share).store(spread);
        }
    }

    /// Adds the gradient of one edge's deviations, `own·p_k d_k + spread·d_k`, to those of the rows of target, source and edge
    /// weight.
    #[inline(always)]
    pub(crate) fn scatter<V: Lanes>(
        &self,
        (place, edge): (usize, usize),
        [own, spread]: [f32; 2],
        room: &EdgesOfGroup,
        to: RowGradients<'_>,
        width: impl Width,
    ) {
        let lanes = width.lanes();
        let d = &room.deviations[place * lanes..][..lanes];
        let products = &room.products[place * lanes..][..lanes];
        let (target, source) = (&mut to.target[..lanes], &mut to.source[..lanes]);
        let (own, spread) = (V::splat(own), V::splat(spread));
        if let [first, second] = self.features(edge) {
            // The paper's two features, in one pass.
            let (first, second) = (V::splat(*first), V::splat(*second));
            let (first_row, second_row) = to.edge_weight.split_at_mut(lanes);
            let (first_row, second_row) = (&mut first_row[..lanes], &mut second_row[..lanes]);
            for k in 0..lanes {
                let d = own.times(V::load(&products[k])).plus_product(spread, V::load(&d[k]));
                V::load(&target[k]).plus(d).store(&mut target[k]);
                V::load(&source[k]).plus(d).store(&mut source[k]);
                V::load(&first_row[k]).plus_product(first, d).store(&mut first_row[k]);
                V::load(&second_row[k]).plus_product(second, d).store(&mut second_row[k]);
            }
        } else {
            for k in 0..lanes {
                let d = own.times(V::load(&products[k])).plus_product(spread, V::load(&d[k]));
                V::load(&target[k]).plus(d).store(&mut target[k]);
                V::load(&source[k]).plus(d).store(&mut source[k]);
                for (row, feature) in self.features(edge).iter().enumerate() {
                    let sum = &mut to.edge_weight[row * lanes + k];
                    V::load(sum).plus_product(V::splat(*feature), d).store(sum);
                }
            }
        }
    }

    /// The gradient of an edge's features.
    #[inline(always)]
    pub(crate) fn features_gradient<V: Lanes>(
        &self,
        place: usize,
        [own, spread]: [f32; 2],
        room: &EdgesOfGroup,
        features: &mut [f32],
        width: impl Width,
    ) {
        let lanes = width.lanes();
        let d = &room.deviations[place * lanes..][..lanes];
        let products = &room.products[place * lanes..][..lanes];
        for (row, feature) in features.iter_mut().enumerate() {
            let mut sum = V::splat(0.0);
            for k in 0..lanes {
                let products = V::splat(own).times(V::load(&products[k]));
                let d = products.plus_product(V::splat(spread), V::load(&d[k]));
                sum = sum.plus_product(d, V::load(&self.edge_weight.lanes[row * lanes + k]));
            }
            *feature = sum.total();
        }
    }
}

/// Gradients of the rows that an edge's deviations were made of.
pub(crate) struct RowGradients<'a> {
    pub(crate) target: &'a mut [Eight],
    pub(crate) source: &'a mut [Eight],
    /// `[De, D]`.
    pub(crate) edge_weight: &'a mut [Eight],
}
