use rayon::prelude::*;

use super::panels::Panels;
use super::tile::{ROWS, Write, tile, write};
use crate::attention::flex::Lanes;
use crate::attention::flex::dispatch::dispatched;

/// Sums over all rows.
pub(super) struct Sums {
    /// `Gᵀ x`, `[C, D]`.
    pub(super) weight: Vec<f32>,
    /// `Σ_n G_n`, `[C]`.
    pub(super) bias: Vec<f32>,
}

/// Rows that are laid out at a time: with six of their columns they stay in the caches.
const BLOCK: usize = 128;

/// Parts of the rows that are summed side by side, at most. Their number depends on the rows alone, and they are added in order: the
/// result never depends on the number of threads.
const PARTS: usize = 32;

/// `Gᵀ x` and `Σ_n G_n`.
///
/// # Shapes
///
/// - `gradient`: `[N, outputs]`, `x`: `[N, inputs]`
pub(super) fn product(gradient: &[f32], outputs: usize, x: &[f32], inputs: usize) -> Sums {
    let rows = (x.len() / inputs).div_ceil(PARTS).next_multiple_of(BLOCK);
    let parts: Vec<Sums> = gradient
        .par_chunks(rows * outputs)
        .zip(x.par_chunks(rows * inputs))
        .map(|(gradient, x)| {
            let mut sums = Sums { weight: vec![0.0; outputs * inputs], bias: vec![0.0; outputs] };
            add_part(gradient, x, inputs, &mut sums);
            sums
        })
        .collect();
    let first = Sums { weight: vec![0.0; outputs * inputs], bias: vec![0.0; outputs] };
    parts.iter().fold(first, |mut sums, part| {
        sums.weight.iter_mut().zip(&part.weight).for_each(|(sum, value)| *sum += value);
        sums.bias.iter_mut().zip(&part.bias).for_each(|(sum, value)| *sum += value);
        sums
    })
}

dispatched! {
    fn add_part(gradient: &[f32], x: &[f32], inputs: usize, sums: &mut Sums) => add_every_block
}

#[inline(always)]
fn add_every_block<V: Lanes>(gradient: &[f32], x: &[f32], inputs: usize, sums: &mut Sums) {
    let outputs = sums.bias.len();
    let mut panels = Panels::new(inputs);
    let mut left = vec![[0.0; ROWS]; BLOCK];
    for (gradient, x) in gradient.chunks(BLOCK * outputs).zip(x.chunks(BLOCK * inputs)) {
        panels.fill(x);
        let left = &mut left[..panels.rows()];
        let tiles = sums.weight.chunks_mut(ROWS * inputs).zip(sums.bias.chunks_mut(ROWS));
        for (tile_index, (weight, bias)) in tiles.enumerate() {
            lay_out(gradient, outputs, tile_index * ROWS, left, bias);
            for (first, panel) in panels.panels() {
                let product = tile([V::splat(0.0); _], panel, |k| left[k]);
                write(&product, weight, inputs, first, Write::Add);
            }
        }
    }
}

/// Takes six columns of the gradient from `first` on, as far as there are any, and adds them up.
#[inline(always)]
fn lay_out(gradient: &[f32], outputs: usize, first: usize, left: &mut [[f32; ROWS]], bias: &mut [f32]) {
    let mut sums = [0.0; ROWS];
    for (left, row) in left.iter_mut().zip(gradient.chunks_exact(outputs)) {
        if let Some(six) = row[first..].first_chunk::<ROWS>() {
            *left = *six;
        } else {
            for (left, value) in left.iter_mut().zip(&row[first..]) {
                *left = *value;
            }
        }
        sums.iter_mut().zip(&*left).for_each(|(sum, value)| *sum += value);
    }
    bias.iter_mut().zip(sums).for_each(|(bias, sum)| *bias += sum);
}
