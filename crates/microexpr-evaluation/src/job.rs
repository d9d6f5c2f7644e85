/// A fold to run under a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// Seed of the run.
    pub seed: u64,
    /// Number of the fold among those of the protocol.
    pub fold: usize,
}

impl Job {
    /// Decides the job's random choices: folds of one run must not share theirs.
    #[must_use]
    pub fn random(self) -> u64 {
        self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(self.fold as u64)
    }
}
