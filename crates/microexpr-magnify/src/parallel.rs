//! Independent pieces of work, on all threads with the feature `rayon`. Every piece writes its own output, so results
//! do not depend on the number of threads.

use ndarray::{Array2, ArrayViewMut2, Axis};
#[cfg(feature = "rayon")]
use rayon::prelude::*;

/// Pixels filtered in time at once: their courses stay in the processor's cache.
const BLOCK: usize = 512;

/// Calls `work` for every item with a workspace of its thread.
#[cfg(feature = "rayon")]
pub(crate) fn for_each_frame<T: Send, W>(
    items: Vec<T>,
    workspace: impl Fn() -> W + Send + Sync,
    work: impl Fn(&mut W, T) + Send + Sync,
) {
    items.into_par_iter().for_each_init(workspace, work);
}

/// Calls `work` for every item with one workspace.
#[cfg(not(feature = "rayon"))]
pub(crate) fn for_each_frame<T, W>(items: Vec<T>, workspace: impl Fn() -> W, work: impl Fn(&mut W, T)) {
    let mut workspace = workspace();
    items.into_iter().for_each(|item| work(&mut workspace, item));
}

/// Calls `work` for blocks of neighbouring columns, all rows each.
pub(crate) fn for_each_column_block(
    array: &mut Array2<f32>,
    work: impl Fn(ArrayViewMut2<'_, f32>) + Send + Sync,
) {
    let blocks = array.axis_chunks_iter_mut(Axis(1), BLOCK);
    #[cfg(feature = "rayon")]
    blocks.into_par_iter().for_each(work);
    #[cfg(not(feature = "rayon"))]
    blocks.for_each(work);
}
