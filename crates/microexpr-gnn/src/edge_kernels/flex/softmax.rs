use crate::attention::flex::row::{load, store};
use crate::attention::flex::{LANES, Lanes};

/// Softmax, eight scores at a time.
#[inline(always)]
pub(super) fn softmax<V: Lanes>(scores: &mut [f32]) {
    let mut largest = f32::NEG_INFINITY;
    for score in scores.iter() {
        largest = largest.max(*score);
    }
    for k in 0..scores.len().div_ceil(LANES) {
        let powers = load::<V>(scores, k).minus(V::splat(largest)).exp();
        store(scores, k, powers);
    }
    let mut sum = 0.0;
    for power in scores.iter() {
        sum += power;
    }
    for power in scores.iter_mut() {
        *power /= sum;
    }
}
