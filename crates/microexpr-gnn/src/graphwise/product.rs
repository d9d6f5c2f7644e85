//! Matrix products of the sizes that one graph needs: tiles of six rows and sixteen columns stay in registers.

use crate::attention::flex::dispatch::dispatched;
use crate::attention::flex::lanes::{Eight, LANES, Lanes};

/// Rows of a tile.
const ROWS: usize = 6;

/// Values read as a matrix: `at(row, inner) = values[row·row_step + inner·inner_step]`.
#[derive(Clone, Copy)]
pub(super) struct Strided<'a> {
    pub(super) values: &'a [f32],
    pub(super) row_step: usize,
    pub(super) inner_step: usize,
}

/// What a product is added to.
#[derive(Clone, Copy)]
pub(super) enum Start<'a> {
    /// Nothing: what was there is overwritten.
    Nothing,
    /// A row of constants, the same for all rows.
    Row(&'a [Eight]),
    /// What is there.
    Sum,
}

dispatched! {
    /// `out[row] = start + Σ_k a(row, k)·b[k]` for rows of `lanes` lanes; `inner` is the number of `k`.
    pub(super) fn product(
        out: &mut [Eight],
        start: Start<'_>,
        a: Strided<'_>,
        inner: usize,
        b: &[Eight],
        lanes: usize,
    ) => tiles
}

#[inline(always)]
fn tiles<V: Lanes>(
    out: &mut [Eight],
    start: Start<'_>,
    a: Strided<'_>,
    inner: usize,
    b: &[Eight],
    lanes: usize,
) {
    let mut packed = vec![[0.0; ROWS]; inner];
    for (block, out) in out.chunks_mut(ROWS * lanes).enumerate() {
        pack(&mut packed, a, block * ROWS, out.len() / lanes);
        let mut first = 0;
        while first + 2 <= lanes {
            tile::<V, 2>(out, start, &packed, b, lanes, first);
            first += 2;
        }
        if first < lanes {
            tile::<V, 1>(out, start, &packed, b, lanes, first);
        }
    }
}

/// Rows from `first` on, side by side; those beyond `rows` keep what they have.
#[inline(always)]
fn pack(packed: &mut [[f32; ROWS]], a: Strided<'_>, first: usize, rows: usize) {
    for row in 0..rows {
        let values = a.values[(first + row) * a.row_step..].iter().step_by(a.inner_step);
        for (packed, value) in packed.iter_mut().zip(values) {
            packed[row] = *value;
        }
    }
}

/// One tile: `L` lanes from `first` on of up to [`ROWS`] rows.
#[inline(always)]
fn tile<V: Lanes, const L: usize>(
    out: &mut [Eight],
    start: Start<'_>,
    packed: &[[f32; ROWS]],
    b: &[Eight],
    lanes: usize,
    first: usize,
) {
    let mut sums = [[V::splat(0.0); L]; ROWS];
    if let Start::Row(row) = start {
        for sum in &mut sums {
            for (sum, value) in sum.iter_mut().zip(&row[first..first + L]) {
                *sum = V::load(value);
            }
        }
    }
    for (a, b) in packed.iter().zip(b.chunks_exact(lanes)) {
        let b = &b[first..first + L];
        for (sum, a) in sums.iter_mut().zip(a) {
            let a = V::splat(*a);
            for (sum, b) in sum.iter_mut().zip(b) {
                *sum = sum.plus_product(a, V::load(b));
            }
        }
    }
    for (out, sum) in out.chunks_exact_mut(lanes).zip(&sums) {
        for (out, sum) in out[first..first + L].iter_mut().zip(sum) {
            match start {
                Start::Sum => V::load(out).plus(*sum).store(out),
                _ => sum.store(out),
            }
        }
    }
}

/// Lanes that hold `width` values.
pub(super) fn lanes_of(width: usize) -> usize {
    width.div_ceil(LANES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(k: usize) -> f32 {
        ((k * 37 + 11) % 101) as f32 / 50.0 - 1.0
    }

    #[test]
    fn products_of_all_shapes_are_those_of_three_loops() {
        for (rows, inner, lanes) in [(1, 1, 1), (6, 3, 2), (13, 7, 3), (25, 32, 4), (7, 100, 13)] {
            let a: Vec<f32> = (0..rows * inner).map(number).collect();
            let b: Vec<Eight> =
                (0..inner * lanes).map(|k| std::array::from_fn(|l| number(3 * k + 7 * l))).collect();
            let row: Vec<Eight> = (0..lanes).map(|k| std::array::from_fn(|l| number(k + l))).collect();
            for transposed in [false, true] {
                let (row_step, inner_step) = if transposed { (1, rows) } else { (inner, 1) };
                let a = Strided { values: &a, row_step, inner_step };
                for start in [Start::Nothing, Start::Row(&row), Start::Sum] {
                    let mut out = vec![[0.5; LANES]; rows * lanes];
                    product(&mut out, start, a, inner, &b, lanes);
                    for (place, found) in out.as_flattened().iter().enumerate() {
                        let (r, column) = (place / (lanes * LANES), place % (lanes * LANES));
                        let terms = (0..inner).map(|k| {
                            f64::from(a.values[r * row_step + k * inner_step])
                                * f64::from(b.as_flattened()[k * lanes * LANES + column])
                        });
                        let begin = match start {
                            Start::Nothing => 0.0,
                            Start::Row(row) => row.as_flattened()[column],
                            Start::Sum => 0.5,
                        };
                        let expected = f64::from(begin) + terms.sum::<f64>();
                        assert!((f64::from(*found) - expected).abs() < 1e-4, "{found} {expected}");
                    }
                }
            }
        }
    }
}
