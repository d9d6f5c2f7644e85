//! Whether a GPU backend can start, asked before any work: Burn itself panics in a device thread.

use crate::GnnError;

/// Looks for an NVIDIA driver with a device, and for the run-time compiler that the kernels need.
///
/// # Errors
///
/// [`GnnError::Driver`] naming what is missing.
#[cfg(feature = "cuda")]
pub fn probe_cuda() -> Result<(), GnnError> {
    cuda::probe().map_err(|reason| GnnError::Driver { backend: "cuda", reason })
}

/// Looks for a graphics adapter.
///
/// # Errors
///
/// [`GnnError::Driver`] if there is none.
#[cfg(feature = "wgpu")]
pub fn probe_wgpu() -> Result<(), GnnError> {
    use burn::backend::wgpu::WgpuRuntime;
    use burn::backend::wgpu::graphics::{AutoGraphicsApi, GraphicsApi};
    use cubecl::Runtime;

    if WgpuRuntime::enumerate_all_devices(&AutoGraphicsApi::backend()).is_empty() {
        let reason =
            "there is no graphics adapter; install a Vulkan driver (Mesa's lavapipe runs without a GPU)";
        return Err(GnnError::Driver { backend: "wgpu", reason: reason.to_owned() });
    }
    Ok(())
}

#[cfg(feature = "cuda")]
mod cuda {
    #![expect(unsafe_code, reason = "loading NVIDIA's driver and asking it for devices are foreign calls")]

    use libloading::{Library, Symbol};

    const DRIVER: &[&str] = if cfg!(windows) { &["nvcuda.dll"] } else { &["libcuda.so.1", "libcuda.so"] };
    const COMPILER: &[&str] = if cfg!(windows) {
        &["nvrtc64_130_0.dll", "nvrtc64_120_0.dll", "nvrtc64_112_0.dll"]
    } else {
        &["libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2"]
    };

    pub(super) fn probe() -> Result<(), String> {
        let driver = load(DRIVER).map_err(|e| format!("the NVIDIA driver cannot be loaded: {e}"))?;
        // SAFETY: both functions have these signatures since CUDA 2; cuInit comes first, and the pointer is valid.
        let devices = unsafe {
            type Init = unsafe extern "C" fn(u32) -> i32;
            type Count = unsafe extern "C" fn(*mut i32) -> i32;
            let init: Symbol<'_, Init> = driver.get(b"cuInit\0").map_err(|e| e.to_string())?;
            let count: Symbol<'_, Count> = driver.get(b"cuDeviceGetCount\0").map_err(|e| e.to_string())?;
            let mut devices = 0;
            match (init(0), count(&raw mut devices)) {
                (0, 0) => devices,
                (0, code) | (code, _) => return Err(format!("the NVIDIA driver reports error {code}")),
            }
        };
        if devices == 0 {
            return Err("the NVIDIA driver finds no device".to_owned());
        }
        load(COMPILER).map(drop).map_err(|e| format!("NVRTC of the CUDA toolkit cannot be loaded: {e}"))
    }

    fn load(names: &[&str]) -> Result<Library, libloading::Error> {
        let mut names = names.iter();
        // SAFETY: NVIDIA's libraries have no initialiser with preconditions.
        let load = |name: &&str| unsafe { Library::new(name) };
        let first = names.next().map_or(Err(libloading::Error::DlOpenUnknown), load);
        names.fold(first, |found, name| found.or_else(|first| load(name).map_err(|_| first)))
    }
}
