//! The kernels for Burn's CPU backend.

use burn::backend::flex::FlexTensor;
use burn::tensor::Shape;
use rayon::prelude::*;

use crate::attention::flex::dispatch::dispatched;
use crate::attention::flex::row::{load, store};
use crate::attention::flex::{LANES, Lanes, columns, flex_tensor};
use crate::attention::{Activation, flex_matrix};

/// Parts of the rows that are worked on side by side, at most. Their number depends on the rows alone, and their sums are added in
/// order: the result never depends on the number of threads.
const PARTS: usize = 32;

/// Rows of a part, at least.
const ROWS: usize = 64;

/// `σ(x + b)`; all operands are contiguous.
pub(super) fn forward(x: &FlexTensor, bias: &FlexTensor, activation: Activation) -> FlexTensor {
    let (x, bias): (&[f32], &[f32]) = (x.storage(), bias.storage());
    let part = part(x.len(), bias.len());
    let mut out = vec![0.0; x.len()];
    out.par_chunks_mut(part).zip(x.par_chunks(part)).for_each(|(out, x)| activate(x, bias, activation, out));
    flex_matrix(out, bias.len())
}

/// The gradients of `x` and `b`, given that of the output, and what the slope follows from.
pub(super) fn backward(
    gradient: &FlexTensor,
    known: &FlexTensor,
    activation: Activation,
) -> (FlexTensor, FlexTensor) {
    let columns = columns(known);
    let (gradient, known): (&[f32], &[f32]) = (gradient.storage(), known.storage());
    let part = part(known.len(), columns);
    let mut by_x = vec![0.0; known.len()];
    let sums: Vec<Vec<f32>> = by_x
        .par_chunks_mut(part)
        .zip(gradient.par_chunks(part).zip(known.par_chunks(part)))
        .map(|(by_x, (gradient, known))| {
            let mut sum = vec![0.0; columns];
            deactivate(gradient, known, activation, by_x, &mut sum);
            sum
        })
        .collect();
    let mut by_bias = vec![0.0; columns];
    for part in &sums {
        by_bias.iter_mut().zip(part).for_each(|(sum, value)| *sum += value);
    }
    (flex_matrix(by_x, columns), flex_tensor(by_bias, Shape::from([columns])))
}

/// Values of a part: whole rows.
fn part(values: usize, columns: usize) -> usize {
    (values / columns).div_ceil(PARTS).max(ROWS) * columns
}

dispatched! {
    fn activate(x: &[f32], bias: &[f32], activation: Activation, out: &mut [f32]) => activate_rows
}

#[inline(always)]
fn activate_rows<V: Lanes>(x: &[f32], bias: &[f32], activation: Activation, out: &mut [f32]) {
    let columns = bias.len();
    for (out, x) in out.chunks_exact_mut(columns).zip(x.chunks_exact(columns)) {
        for k in 0..columns.div_ceil(LANES) {
            let sum = load::<V>(x, k).plus(load(bias, k));
            store(out, k, activation.of_lanes(sum));
        }
    }
}

dispatched! {
    fn deactivate(gradient: &[f32], known: &[f32], activation: Activation, by_x: &mut [f32], sum: &mut [f32])
        => deactivate_rows
}

#[inline(always)]
fn deactivate_rows<V: Lanes>(
    gradient: &[f32],
    known: &[f32],
    activation: Activation,
    by_x: &mut [f32],
    sum: &mut [f32],
) {
    let columns = sum.len();
    let rows = gradient.chunks_exact(columns).zip(known.chunks_exact(columns));
    for (by_x, (gradient, known)) in by_x.chunks_exact_mut(columns).zip(rows) {
        for k in 0..columns.div_ceil(LANES) {
            let slope = activation.slope_of_lanes(load::<V>(known, k));
            let product = load::<V>(gradient, k).times(slope);
            store(by_x, k, product);
            store(sum, k, load::<V>(sum, k).plus(product));
        }
    }
}
