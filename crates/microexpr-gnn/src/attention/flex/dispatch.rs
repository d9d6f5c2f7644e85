//! The kernels compiled for every processor and for those with AVX2 and FMA, chosen at run time.
//!
//! Both versions fuse the same multiplications and additions, so both give the same bits.

use super::backward::{Alphas, BackwardSlices, SharedGradients};
use super::forward::ForwardSlices;
use super::operands::{Block, Operands};

/// Defines a function that calls a kernel, generic over [`Lanes`](super::lanes::Lanes), as it was compiled for this processor.
macro_rules! dispatched {
    (
        $(#[$meta:meta])*
        $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) => $kernel:path
    ) => {
        $(#[$meta])*
        #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "the processor was asked first"))]
        #[allow(clippy::too_many_arguments, reason = "as many as the kernel's")]
        $visibility fn $name($($argument: $type),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                #[allow(clippy::too_many_arguments, reason = "as many as the kernel's")]
                fn with_avx2($($argument: $type),*) {
                    use $kernel as kernel;
                    kernel::<$crate::attention::flex::lanes::Avx2>($($argument),*);
                }
                if $crate::attention::flex::dispatch::has_avx2() {
                    // SAFETY: the processor has AVX2 and FMA.
                    return unsafe { with_avx2($($argument),*) };
                }
            }
            use $kernel as kernel;
            kernel::<$crate::attention::flex::lanes::Portable>($($argument),*);
        }
    };
}
pub(crate) use dispatched;

/// Whether the processor has what [`Avx2`](super::lanes::Avx2) needs.
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

dispatched! {
    /// The forward pass of one block.
    pub(crate) fn forward(operands: &Operands<'_>, block: &Block, out: &mut ForwardSlices<'_>)
        => crate::attention::flex::forward::forward
}

dispatched! {
    /// The backward pass of one block.
    pub(crate) fn backward(
        operands: &Operands<'_>,
        saved: &Alphas<'_>,
        gradient: &[f32],
        block: &Block,
        out: &mut BackwardSlices<'_>,
        shared: &mut SharedGradients,
    ) => crate::attention::flex::backward::backward
}
