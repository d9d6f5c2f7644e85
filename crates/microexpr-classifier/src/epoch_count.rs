use std::sync::atomic::{AtomicUsize, Ordering};

use crate::progress::{Progress, ProgressSink};

/// Counts the epochs of all folds together.
pub(crate) struct EpochCount<'a> {
    done: AtomicUsize,
    total: usize,
    progress: ProgressSink<'a>,
}

impl<'a> EpochCount<'a> {
    pub(crate) fn new(total: usize, progress: ProgressSink<'a>) -> Self {
        progress(Progress::Training { done: 0, total });
        Self { done: AtomicUsize::new(0), total, progress }
    }

    pub(crate) fn add(&self, epochs: usize) {
        let done = self.done.fetch_add(epochs, Ordering::Relaxed) + epochs;
        (self.progress)(Progress::Training { done, total: self.total });
    }
}
