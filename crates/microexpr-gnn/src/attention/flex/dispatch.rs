//! The kernels compiled for every x86-64 processor and for those with AVX2, chosen at run time; and for rows of any width
//! and for those of the usual one.
//!
//! No version fuses multiplications and additions, and all add in the same order, so all give the same bits.
#![expect(unsafe_code, reason = "calling a function compiled for AVX2 after the processor was asked for it")]

use super::kernel::{
    self, Alphas, BackwardSlices, Block, ForwardSlices, Operands, SharedGradients, lanes_per_row,
};
use super::lanes::Lanes;

/// Lanes of the usual row: 32 features, the width of the hidden layers and of the embedding.
const USUAL: usize = 4;

pub(super) fn forward(operands: &Operands<'_>, block: &Block, out: &mut ForwardSlices<'_>) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { forward_avx2(operands, block, out) };
    }
    forward_rows(operands, block, out);
}

pub(super) fn backward(
    operands: &Operands<'_>,
    saved: &Alphas<'_>,
    gradient: &[f32],
    block: &Block,
    out: &mut BackwardSlices<'_>,
    shared: &mut SharedGradients,
) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { backward_avx2(operands, saved, gradient, block, out, shared) };
    }
    backward_rows(operands, saved, gradient, block, out, shared);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn forward_avx2(operands: &Operands<'_>, block: &Block, out: &mut ForwardSlices<'_>) {
    forward_rows(operands, block, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn backward_avx2(
    operands: &Operands<'_>,
    saved: &Alphas<'_>,
    gradient: &[f32],
    block: &Block,
    out: &mut BackwardSlices<'_>,
    shared: &mut SharedGradients,
) {
    backward_rows(operands, saved, gradient, block, out, shared);
}

#[inline(always)]
fn forward_rows(operands: &Operands<'_>, block: &Block, out: &mut ForwardSlices<'_>) {
    match lanes_per_row(operands) {
        USUAL => kernel::forward::<[Lanes; USUAL]>(operands, block, out),
        _ => kernel::forward::<Vec<Lanes>>(operands, block, out),
    }
}

#[inline(always)]
fn backward_rows(
    operands: &Operands<'_>,
    saved: &Alphas<'_>,
    gradient: &[f32],
    block: &Block,
    out: &mut BackwardSlices<'_>,
    shared: &mut SharedGradients,
) {
    match lanes_per_row(operands) {
        USUAL => kernel::backward::<[Lanes; USUAL]>(operands, saved, gradient, block, out, shared),
        _ => kernel::backward::<Vec<Lanes>>(operands, saved, gradient, block, out, shared),
    }
}
