//! What a layer does to every node alone.

use super::product::lanes_of;
use crate::attention::Activation;
use crate::attention::flex::dispatch::dispatched;
use crate::attention::flex::lanes::{Eight, LANES, Lanes};
use crate::attention::flex::vectors::{add_scaled_any, dot_any};

dispatched! {
    /// `logits[n, h] = Σ values[n, c]·attention[c]` over the channels of head `h`.
    pub(super) fn head_sums(
        logits: &mut [f32],
        values: &[f32],
        stride: usize,
        attention: &[f32],
        heads: usize,
    ) => sum_heads
}

#[inline(always)]
fn sum_heads<V: Lanes>(logits: &mut [f32], values: &[f32], stride: usize, attention: &[f32], heads: usize) {
    let per_head = attention.len() / heads;
    for (logits, values) in logits.chunks_exact_mut(heads).zip(values.chunks_exact(stride)) {
        let parts = values.chunks_exact(per_head).zip(attention.chunks_exact(per_head));
        for (logit, (values, attention)) in logits.iter_mut().zip(parts) {
            *logit = dot_any::<V>(values, attention);
        }
    }
}

dispatched! {
    /// The gradients of [`head_sums`], added to those of its values and its attention vector.
    pub(super) fn head_sums_backward(
        d_logits: &[f32],
        values: &[f32],
        stride: usize,
        attention: &[f32],
        heads: usize,
        d_values: &mut [f32],
        d_attention: &mut [f32],
    ) => sum_heads_backward
}

#[inline(always)]
fn sum_heads_backward<V: Lanes>(
    d_logits: &[f32],
    values: &[f32],
    stride: usize,
    attention: &[f32],
    heads: usize,
    d_values: &mut [f32],
    d_attention: &mut [f32],
) {
    let per_head = attention.len() / heads;
    let rows = values.chunks_exact(stride).zip(d_values.chunks_exact_mut(stride));
    for (d_logits, (values, d_values)) in d_logits.chunks_exact(heads).zip(rows) {
        for (head, d) in d_logits.iter().enumerate() {
            let own = head * per_head..(head + 1) * per_head;
            add_scaled_any::<V>(&mut d_values[own.clone()], *d, &attention[own.clone()]);
            add_scaled_any::<V>(&mut d_attention[own.clone()], *d, &values[own]);
        }
    }
}

dispatched! {
    /// `σ(x + bias)` in place, row by row; what fills the lanes up stays 0.
    pub(super) fn activate(rows: &mut [Eight], bias: &[f32], activation: Activation) => activate_rows
}

#[inline(always)]
fn activate_rows<V: Lanes>(rows: &mut [Eight], bias: &[f32], activation: Activation) {
    let lanes = lanes_of(bias.len());
    let mut filled = vec![[0.0; LANES]; lanes];
    filled.as_flattened_mut()[..bias.len()].copy_from_slice(bias);
    for row in rows.chunks_exact_mut(lanes) {
        for (x, bias) in row.iter_mut().zip(&filled) {
            let sum = V::load(x).plus(V::load(bias));
            activation.of_lanes(sum).store(x);
        }
    }
}

/// The gradient of the sum before [`activate`], given what the slope follows from: the output, or the sum.
pub(super) fn deactivate(gradient: &mut [Eight], known: &[Eight], activation: Activation) {
    let values = gradient.as_flattened_mut().iter_mut().zip(known.as_flattened());
    match activation {
        Activation::Elu => values.for_each(|(d, out)| *d *= if *out > 0.0 { 1.0 } else { out + 1.0 }),
        Activation::Relu => values.for_each(|(d, out)| *d *= if *out > 0.0 { 1.0 } else { 0.0 }),
        Activation::Sine => values.for_each(|(d, sum)| *d *= sum.cos()),
        Activation::Identity => {}
    }
}
