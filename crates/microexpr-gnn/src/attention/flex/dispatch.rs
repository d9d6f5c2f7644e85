//! The kernels compiled for every processor and for those with AVX2 and FMA, chosen at run time.
//!
//! Both versions fuse the same multiplications and additions, so both give the same bits.
#![expect(unsafe_code, reason = "calling a function compiled for AVX2 and FMA after the processor was asked for it")]

use super::backward::{self, Alphas, BackwardSlices, SharedGradients};
use super::forward::{self, ForwardSlices};
#[cfg(target_arch = "x86_64")]
use super::lanes::Avx2;
use super::lanes::Portable;
use super::operands::{Block, Operands};

pub(super) fn forward(operands: &Operands<'_>, block: &Block, out: &mut ForwardSlices<'_>) {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        // SAFETY: the processor has AVX2 and FMA.
        return unsafe { forward_avx2(operands, block, out) };
    }
    forward::forward::<Portable>(operands, block, out);
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
    if has_avx2() {
        // SAFETY: the processor has AVX2 and FMA.
        return unsafe { backward_avx2(operands, saved, gradient, block, out, shared) };
    }
    backward::backward::<Portable>(operands, saved, gradient, block, out, shared);
}

/// Whether the processor has what [`Avx2`] needs.
#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn forward_avx2(operands: &Operands<'_>, block: &Block, out: &mut ForwardSlices<'_>) {
    forward::forward::<Avx2>(operands, block, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn backward_avx2(
    operands: &Operands<'_>,
    saved: &Alphas<'_>,
    gradient: &[f32],
    block: &Block,
    out: &mut BackwardSlices<'_>,
    shared: &mut SharedGradients,
) {
    backward::backward::<Avx2>(operands, saved, gradient, block, out, shared);
}
