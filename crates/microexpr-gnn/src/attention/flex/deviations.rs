use super::gaussian::CentredGaussian;
use super::lanes::{Eight, LANES, Lanes};
use super::operands::{Block, Operands};
use crate::Topology;

/// Deviations and variance of the edges of one node, edge after edge: short passes over all of them keep the processor
/// busier than all passes over one.
pub(super) struct Deviations {
    /// Lanes of a row.
    pub(super) per_row: usize,
    rows: Vec<Eight>,
    variances: Vec<f32>,
}

impl Deviations {
    pub(super) fn new(o: &Operands<'_>, block: &Block) -> Self {
        let per_row = o.gaussian.as_ref().map_or(1, |g| g.target.per_row());
        let edges = block.max_in_degree(o.topology);
        Self { per_row, rows: vec![[0.0; LANES]; edges * per_row], variances: vec![0.0; edges] }
    }

    #[inline(always)]
    pub(super) fn fill<V: Lanes>(
        &mut self,
        gaussian: &CentredGaussian<'_>,
        topology: &Topology,
        node: usize,
    ) {
        let rows = self.rows.chunks_exact_mut(self.per_row).zip(&mut self.variances);
        for (edge, (d, variance)) in topology.incoming(node).iter().zip(rows) {
            *variance = gaussian.deviations::<V>(topology, node, *edge as usize, d);
        }
    }

    #[inline(always)]
    pub(super) fn edges(&self) -> impl Iterator<Item = (&[Eight], f32)> {
        self.rows.chunks_exact(self.per_row).zip(self.variances.iter().copied())
    }

    #[inline(always)]
    pub(super) fn edges_mut(&mut self) -> impl Iterator<Item = (&mut [Eight], f32)> {
        self.rows.chunks_exact_mut(self.per_row).zip(self.variances.iter().copied())
    }
}
