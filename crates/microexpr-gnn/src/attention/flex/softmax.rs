use super::lanes::{Eight, LANES, Lanes};
use super::vectors::exp;

/// Softmax of the first `count` scores; what follows them in the last lanes is lost.
#[inline(always)]
pub(crate) fn softmax<V: Lanes>(scores: &mut [Eight], count: usize) {
    let scores = &mut scores[..count.div_ceil(LANES)];
    let flat = scores.as_flattened_mut();
    let mut largest = f32::NEG_INFINITY;
    for score in &flat[..count] {
        largest = largest.max(*score);
    }
    for score in &mut flat[count..] {
        *score = f32::NEG_INFINITY;
    }
    let mut sum = V::splat(0.0);
    for eight in scores.iter_mut() {
        V::load(eight).minus(V::splat(largest)).store(eight);
        exp::<V>(eight);
        sum = sum.plus(V::load(eight));
    }
    // What is not there counts as e⁻⁸⁶.
    let share = 1.0 / sum.total();
    for eight in scores.iter_mut() {
        V::load(eight).times(V::splat(share)).store(eight);
    }
}
