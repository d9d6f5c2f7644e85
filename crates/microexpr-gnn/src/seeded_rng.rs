use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A random generator whose numbers depend on its seed alone, on every backend and platform (ChaCha with 8 rounds).
///
/// Burn's own generators are shared by the whole process and differ between backends; initial weights and dropout
/// masks that must repeat come from here.
#[derive(Debug, Clone)]
pub struct SeededRng(ChaCha8Rng);

impl SeededRng {
    /// Starts the generator.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// The next value, uniform in `low..high`.
    pub fn uniform(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.0.random::<f32>()
    }

    /// The next value, normal with mean 0 and deviation 1.
    ///
    /// Source: G. E. P. Box, M. E. Muller, "A Note on the Generation of Random Normal Deviates", 1958.
    pub fn normal(&mut self) -> f32 {
        // In f64, and 1 − u instead of u: the logarithm of 0 cannot come up.
        let (u, v): (f64, f64) = (self.0.random(), self.0.random());
        ((-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()) as f32
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.random()
    }

    /// A permutation of `0..length`.
    pub fn permutation(&mut self, length: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..length).collect();
        for last in (1..length).rev() {
            order.swap(last, self.0.random_range(0..=last));
        }
        order
    }
}
