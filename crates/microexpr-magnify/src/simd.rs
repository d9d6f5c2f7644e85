//! Run-time choice of the instruction set. Tasks are plain loops that the compiler vectorises; here they are compiled once
//! more for AVX2. No operation is fused or reordered, so results do not depend on the processor.

/// A loop with all its data. `run` and everything it calls must be `#[inline(always)]` to be compiled for AVX2.
pub(crate) trait Task {
    fn run(self);
}

/// Runs a task with AVX2 where the processor has it.
#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "calling a function compiled for AVX2 is unsafe; the processor is asked first"
)]
pub(crate) fn dispatch(task: impl Task) {
    #[target_feature(enable = "avx2")]
    fn with_avx2(task: impl Task) {
        task.run();
    }
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        unsafe { with_avx2(task) }
    } else {
        task.run();
    }
}

/// Runs a task.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn dispatch(task: impl Task) {
    task.run();
}
