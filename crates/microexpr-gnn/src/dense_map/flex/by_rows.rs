use rayon::prelude::*;

use super::panels::{EIGHTS, PanelRow, Panels};
use super::tile::{ROWS, Tile, Write, tile, write};
use crate::attention::flex::dispatch::dispatched;
use crate::attention::flex::row::load;
use crate::attention::flex::{LANES, Lanes};

/// Rows of one task: with a panel they stay in the first cache.
const TASK: usize = 8 * ROWS;

/// `left · right + b`, row by row, each on one thread.
///
/// # Shapes
///
/// - `left`: `[N, K]`, `right`: `[K, C]`, `b`: `[C]`; output: `[N, C]`
pub(super) fn product(left: &[f32], right: &Panels, bias: Option<&[f32]>) -> Vec<f32> {
    let (inner, columns) = (right.rows(), right.columns());
    let mut out = vec![0.0; left.len() / inner.max(1) * columns];
    let tasks = out.par_chunks_mut(TASK * columns).zip(left.par_chunks(TASK * inner));
    tasks.for_each(|(out, left)| rows(left, right, bias, out));
    out
}

dispatched! {
    fn rows(left: &[f32], right: &Panels, bias: Option<&[f32]>, out: &mut [f32]) => every_row
}

#[inline(always)]
fn every_row<V: Lanes>(left: &[f32], right: &Panels, bias: Option<&[f32]>, out: &mut [f32]) {
    let (inner, columns) = (right.rows(), right.columns());
    for (first, panel) in right.panels() {
        let start = start::<V>(bias, first);
        let tiles = out.chunks_mut(ROWS * columns).zip(left.chunks(ROWS * inner));
        for (out, left) in tiles {
            write(&six_rows(start, left, panel), out, columns, first, Write::Replace);
        }
    }
}

/// The bias from column `first` on; 0 where there is none.
#[inline(always)]
fn start<V: Lanes>(bias: Option<&[f32]>, first: usize) -> [V; EIGHTS] {
    std::array::from_fn(|k| match bias.map(|bias| &bias[first..]) {
        Some(bias) if k * LANES < bias.len() => load(bias, k),
        _ => V::splat(0.0),
    })
}

/// At the end of the matrix there may be fewer than six rows: the last stands for those that are missing.
#[inline(always)]
fn six_rows<V: Lanes>(start: [V; EIGHTS], left: &[f32], panel: &[PanelRow]) -> Tile<V> {
    let inner = panel.len();
    let last = left.len() / inner - 1;
    let row = |row: usize| &left[row.min(last) * inner..][..inner];
    let (a, b, c, d, e, f) = (row(0), row(1), row(2), row(3), row(4), row(5));
    // Not `map` over an array of rows: that is a function of its own, compiled without AVX.
    tile(start, panel, |k| [a[k], b[k], c[k], d[k], e[k], f[k]])
}
