//! The backend under test: wgpu or CUDA if its feature is on, else Flex; NdArray, which runs the plain operations, if Flex is
//! off (`--no-default-features --features ndarray`). Flex switches Burn's `simd` on, with which NdArray's reciprocals, and so
//! the gradients of its divisions, are right to 12 bits only.

use burn::backend::Autodiff;

#[cfg(feature = "wgpu")]
pub(crate) type Plain = microexpr_gnn::backend::Wgpu;
#[cfg(all(feature = "cuda", not(feature = "wgpu")))]
pub(crate) type Plain = microexpr_gnn::backend::Cuda;
#[cfg(all(feature = "ndarray", not(any(feature = "cuda", feature = "wgpu", feature = "flex"))))]
pub(crate) type Plain = burn::backend::NdArray;
#[cfg(all(feature = "flex", not(any(feature = "cuda", feature = "wgpu"))))]
pub(crate) type Plain = burn::backend::Flex;

/// With gradients.
pub(crate) type B = Autodiff<Plain>;

#[cfg(feature = "cuda")]
#[test]
fn a_missing_nvidia_driver_is_an_error_that_says_so() {
    match microexpr_gnn::probe_cuda() {
        Ok(()) => {}
        Err(error) => assert!(error.to_string().starts_with("cuda: "), "{error}"),
    }
}

#[cfg(feature = "wgpu")]
#[test]
fn a_missing_graphics_driver_is_an_error_that_says_so() {
    match microexpr_gnn::probe_wgpu() {
        Ok(()) => {}
        Err(error) => assert!(error.to_string().starts_with("wgpu: "), "{error}"),
    }
}
