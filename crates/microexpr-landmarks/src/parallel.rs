use ndarray::{Array3, ArrayViewMut2};

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

/// The results of two functions, computed at the same time where there are threads.
#[cfg(feature = "rayon")]
pub(crate) fn both_in_parallel<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(a, b)
}

/// The results of two functions, one after the other.
#[cfg(not(feature = "rayon"))]
pub(crate) fn both_in_parallel<A, B>(a: impl FnOnce() -> A, b: impl FnOnce() -> B) -> (A, B) {
    (a(), b())
}

/// Calls `work` with the number and the place of every item, on all cores; of several errors that of the first one counts.
pub(crate) fn for_each_in_parallel<T: Send, E: Send>(
    items: impl Iterator<Item = T>,
    work: impl Fn(usize, T) -> Result<(), E> + Sync + Send,
) -> Result<(), E> {
    let items: Vec<_> = items.enumerate().collect();
    #[cfg(feature = "rayon")]
    let done: Vec<Result<(), E>> = {
        use rayon::prelude::*;
        items.into_par_iter().map(|(index, item)| work(index, item)).collect()
    };
    #[cfg(not(feature = "rayon"))]
    let done: Vec<Result<(), E>> = items.into_iter().map(|(index, item)| work(index, item)).collect();
    done.into_iter().collect()
}

/// Calls `work` with the number and the place of every frame, on all cores; of several errors that of the first frame counts.
pub(crate) fn fill_frames<E: Send>(
    frames: &mut Array3<f32>,
    work: impl Fn(usize, ArrayViewMut2<'_, f32>) -> Result<(), E> + Sync + Send,
) -> Result<(), E> {
    for_each_in_parallel(frames.outer_iter_mut(), work)
}

/// Pieces of work that are done at the same time.
pub(crate) fn threads() -> usize {
    #[cfg(feature = "rayon")]
    return rayon::current_num_threads();
    #[cfg(not(feature = "rayon"))]
    1
}
