use serde::{Deserialize, Serialize};

/// Seconds spent.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Timing {
    /// From frames to graphs (or whatever is learned from), wall time.
    pub preparing_seconds: f64,
    /// Training and testing, wall time.
    pub training_seconds: f64,
}

impl std::ops::AddAssign for Timing {
    fn add_assign(&mut self, other: Self) {
        self.preparing_seconds += other.preparing_seconds;
        self.training_seconds += other.training_seconds;
    }
}
