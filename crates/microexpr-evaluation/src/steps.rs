use std::sync::atomic::{AtomicUsize, Ordering};

/// Steps of all folds together, of which some are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// Steps done.
    pub done: usize,
    /// All steps.
    pub total: usize,
}

/// Where progress goes, from any thread.
pub type StepSink<'a> = &'a (dyn Fn(Steps) + Sync);

/// Counts the steps of all folds together.
pub struct StepCount<'a> {
    done: AtomicUsize,
    total: usize,
    sink: StepSink<'a>,
}

impl<'a> StepCount<'a> {
    /// None of `total` steps done; says so.
    #[must_use]
    pub fn new(total: usize, sink: StepSink<'a>) -> Self {
        sink(Steps { done: 0, total });
        Self { done: AtomicUsize::new(0), total, sink }
    }

    /// Some more steps are done.
    pub fn add(&self, steps: usize) {
        let done = self.done.fetch_add(steps, Ordering::Relaxed) + steps;
        (self.sink)(Steps { done, total: self.total });
    }
}

impl std::fmt::Debug for StepCount<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StepCount")
            .field("done", &self.done)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}
