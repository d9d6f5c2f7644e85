//! One loop body, compiled once for every processor and once for those with AVX2.

/// Defines a function that runs a version of itself compiled for AVX2 where the processor has it. Meant for the crates of this
/// workspace.
///
/// What the body calls must be `#[inline(always)]` to be compiled along with it; closures in it are. Without fused multiply-add both
/// versions round alike, so results are the same on every processor.
#[doc(hidden)]
#[macro_export]
macro_rules! vectorized {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        $vis fn $name($($arg: $type),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn with_avx2($($arg: $type),*) $(-> $ret)? $body

            fn plain($($arg: $type),*) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            if std::arch::is_x86_feature_detected!("avx2") {
                #[expect(unsafe_code, reason = "the processor was just found to have AVX2")]
                return unsafe { with_avx2($($arg),*) };
            }
            plain($($arg),*)
        }
    };
}
