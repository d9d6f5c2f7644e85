/// The results of `0..count`, in order, computed on all cores.
#[cfg(feature = "rayon")]
pub(crate) fn map_in_parallel<T: Send>(count: usize, f: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    use rayon::prelude::*;
    (0..count).into_par_iter().map(f).collect()
}

/// The results of `0..count`, in order.
#[cfg(not(feature = "rayon"))]
pub(crate) fn map_in_parallel<T>(count: usize, f: impl Fn(usize) -> T) -> Vec<T> {
    (0..count).map(f).collect()
}
