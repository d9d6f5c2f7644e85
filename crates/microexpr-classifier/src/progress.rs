/// What a long computation tells its caller, from any thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// Clips are turned into graphs.
    Preparing {
        /// Clips done.
        done: usize,
        /// All clips.
        total: usize,
    },
    /// Networks are trained.
    Training {
        /// Epochs done, over all folds and seeds.
        done: usize,
        /// All epochs.
        total: usize,
    },
}

/// Where progress goes.
pub type ProgressSink<'a> = &'a (dyn Fn(Progress) + Sync);
