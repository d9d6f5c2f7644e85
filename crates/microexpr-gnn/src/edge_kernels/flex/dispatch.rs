//! The kernels compiled for every processor and for those with AVX2, chosen at run time: both give the same bits.
#![cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "calling a function compiled for AVX2 and FMA after the processor was asked for them"
    )
)]

use super::gradients::Gradients;
use super::kernel::{ForwardSlices, Kernel};
#[cfg(target_arch = "x86_64")]
use crate::attention::flex::Avx2;
use crate::attention::flex::{Block, Portable};

pub(super) fn forward<K: Kernel>(kernel: &K, block: &Block, out: &mut ForwardSlices<'_>) {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        // SAFETY: the processor has AVX2 and FMA.
        return unsafe { forward_avx2(kernel, block, out) };
    }
    kernel.forward::<Portable>(block, out);
}

pub(super) fn backward<K: Kernel>(
    kernel: &K,
    gradient: &[f32],
    alpha: &[f32],
    block: &Block,
    out: &mut Gradients<'_>,
) {
    #[cfg(target_arch = "x86_64")]
    if has_avx2() {
        // SAFETY: the processor has AVX2 and FMA.
        return unsafe { backward_avx2(kernel, gradient, alpha, block, out) };
    }
    kernel.backward::<Portable>(gradient, alpha, block, out);
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn forward_avx2<K: Kernel>(kernel: &K, block: &Block, out: &mut ForwardSlices<'_>) {
    kernel.forward::<Avx2>(block, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn backward_avx2<K: Kernel>(
    kernel: &K,
    gradient: &[f32],
    alpha: &[f32],
    block: &Block,
    out: &mut Gradients<'_>,
) {
    kernel.backward::<Avx2>(gradient, alpha, block, out);
}
