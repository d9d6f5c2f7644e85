use super::lanes::{LANES, Lanes};
use super::vectors::exp;

/// Softmax of the entries of one node; `place` says where an edge's entry is.
#[inline(always)]
pub(super) fn softmax<V: Lanes>(scores: &mut [f32], incoming: &[u32], place: impl Fn(usize) -> usize) {
    let largest = incoming.iter().fold(f32::NEG_INFINITY, |m, e| m.max(scores[place(*e as usize)]));
    let mut sum = 0.0;
    for edges in incoming.chunks(LANES) {
        let mut powers = [0.0; LANES];
        for (power, edge) in powers.iter_mut().zip(edges) {
            *power = scores[place(*edge as usize)] - largest;
        }
        exp::<V>(&mut powers);
        for (power, edge) in powers.iter().zip(edges) {
            scores[place(*edge as usize)] = *power;
            sum += power;
        }
    }
    for edge in incoming {
        scores[place(*edge as usize)] /= sum;
    }
}
