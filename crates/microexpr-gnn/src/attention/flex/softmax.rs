use super::lanes::{Eight, Lanes};
use super::vectors::exp;

/// Softmax of scores run by run: the first `lengths[0]`, then the next `lengths[1]`, and so on. What follows them in the last
/// lanes is anything.
#[inline(always)]
pub(crate) fn softmax<V: Lanes>(scores: &mut [Eight], lengths: impl Iterator<Item = usize> + Clone) {
    let mut rest = scores.as_flattened_mut();
    for length in lengths.clone() {
        let (run, others) = rest.split_at_mut(length);
        let mut largest = f32::NEG_INFINITY;
        for score in &*run {
            largest = if *score > largest { *score } else { largest };
        }
        for score in run {
            *score -= largest;
        }
        rest = others;
    }
    // What is not a score must not overflow.
    rest.fill(0.0);
    for eight in scores.iter_mut() {
        exp::<V>(eight);
    }
    let mut rest = scores.as_flattened_mut();
    for length in lengths {
        let (run, others) = rest.split_at_mut(length);
        let mut sum = 0.0;
        for power in &*run {
            sum += power;
        }
        let share = 1.0 / sum;
        for power in run {
            *power *= share;
        }
        rest = others;
    }
}
