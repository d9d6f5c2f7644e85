//! The backends that run fused, by names that no feature of Burn changes.
//!
//! As soon as any crate of a build switches on Burn's feature `fusion`, `burn::backend::Wgpu` and `burn::backend::Cuda`
//! become other types: on those the layers still run, by plain tensor operations. These here stay what they are.

#[cfg(feature = "flex")]
pub use burn::backend::Flex;

/// NVIDIA GPUs.
#[cfg(feature = "cuda")]
pub type Cuda<F = f32, I = i32> = burn_cubecl::CubeBackend<cubecl::cuda::CudaRuntime, F, I, u8>;

/// Any GPU with Vulkan, Metal or DirectX 12.
#[cfg(feature = "wgpu")]
pub type Wgpu<F = f32, I = i32> = burn_cubecl::CubeBackend<cubecl::wgpu::WgpuRuntime, F, I, u32>;

/// What Burn calls `Vulkan` and `Metal` without `fusion`: [`Wgpu`] with truth values of one byte.
#[cfg(feature = "wgpu")]
pub type Vulkan<F = f32, I = i32> = burn_cubecl::CubeBackend<cubecl::wgpu::WgpuRuntime, F, I, u8>;
