use super::panels::{EIGHTS, PanelRow};
use crate::attention::flex::Lanes;
use crate::attention::flex::row::{load, store};

/// Rows of a tile: with two eights each, twelve sums stay in registers.
pub(super) const ROWS: usize = 6;

/// A tile of the product.
pub(super) type Tile<V> = [[V; EIGHTS]; ROWS];

/// `start + Σ_k left(k) panel(k)ᵀ`, where `left` gives the entries of column `k` of the left matrix.
#[inline(always)]
pub(super) fn tile<V: Lanes>(
    start: [V; EIGHTS],
    panel: &[PanelRow],
    left: impl Fn(usize) -> [f32; ROWS],
) -> Tile<V> {
    let mut sums = [start; ROWS];
    for (k, right) in panel.iter().enumerate() {
        let right = [V::load(&right[0]), V::load(&right[1])];
        for (sum, left) in sums.iter_mut().zip(left(k)) {
            let left = V::splat(left);
            for (sum, right) in sum.iter_mut().zip(right) {
                *sum = sum.plus_product(left, right);
            }
        }
    }
    sums
}

/// What becomes of the values that are there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Write {
    Replace,
    Add,
}

/// Writes a tile into rows of `columns` values, from column `first` on, as far as there are rows and columns.
#[inline(always)]
pub(super) fn write<V: Lanes>(tile: &Tile<V>, out: &mut [f32], columns: usize, first: usize, write: Write) {
    for (row, sums) in out.chunks_exact_mut(columns).zip(tile) {
        let row = &mut row[first..];
        for (k, sum) in sums.iter().enumerate() {
            if k * crate::attention::flex::LANES < row.len() {
                match write {
                    Write::Replace => store(row, k, *sum),
                    Write::Add => store(row, k, load::<V>(row, k).plus(*sum)),
                }
            }
        }
    }
}
