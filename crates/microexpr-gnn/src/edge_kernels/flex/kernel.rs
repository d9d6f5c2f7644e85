use super::gradients::Gradients;
use super::operands::Operands;
use crate::attention::flex::{Block, Lanes};

/// A function of the edges, for the nodes of one block.
pub(super) trait Kernel: Sync {
    fn operands(&self) -> &Operands<'_>;

    /// Columns of the attention: none if the edges are not weighed.
    fn weights(&self) -> usize;

    fn forward<V: Lanes>(&self, block: &Block, out: &mut ForwardSlices<'_>);

    /// `gradient` is that of the output, `[N, H·C]`, `alpha` the forward pass's, both over the whole batch.
    fn backward<V: Lanes>(&self, gradient: &[f32], alpha: &[f32], block: &Block, out: &mut Gradients<'_>);
}

/// Where the forward pass of one block writes; the slices start at the block's first node or edge, and the values at 0.
pub(super) struct ForwardSlices<'a> {
    /// `[nodes, H·C]`.
    pub(super) values: &'a mut [f32],
    /// `[edges, H]`.
    pub(super) alpha: &'a mut [f32],
}
