#[cfg(feature = "rayon")]
use rayon::prelude::*;

use super::samples::Samples;
use crate::shape_predictor::model::Split;

/// Samples summed as one: fixed, so that sums do not depend on the number of threads.
const CHUNK: usize = 512;

/// The split that tells the samples' residuals apart best, and the sum of those that go left.
pub(super) struct BestSplit {
    pub(super) split: Split,
    pub(super) left_sum: Vec<f32>,
}

/// Whether a sample goes to the left child.
pub(super) fn goes_left(split: &Split, values: &[u8]) -> bool {
    let [a, b] = [split.a, split.b].map(|pixel| i16::from(values[usize::from(pixel)]));
    f32::from(a - b) > split.threshold
}

/// Of `candidates` the split with the largest `|left|² / n_left + |right|² / n_right`, where `left` and `right` are sums of
/// residuals: the one after which the least variance is left.
pub(super) fn best_split(
    samples: &Samples<'_>,
    members: &[u32],
    total: &[f32],
    candidates: &[Split],
) -> Option<BestSplit> {
    let row = total.len();
    let (left_sums, left_counts) = left_sums(samples, members, candidates, row);
    let scores = left_sums.chunks_exact(row).zip(&left_counts).map(|(left, count)| {
        let right = total.iter().zip(left).map(|(t, l)| t - l);
        let square = |values: &mut dyn Iterator<Item = f32>| values.map(|v| f64::from(v * v)).sum::<f64>();
        let share = |sum: f64, n: usize| if n == 0 { 0.0 } else { sum / n as f64 };
        share(square(&mut left.iter().copied()), *count)
            + share(square(&mut { right }), members.len() - count)
    });
    let best = scores.enumerate().fold(None, |best: Option<(usize, f64)>, (i, score)| match best {
        Some((_, highest)) if score <= highest => best,
        _ => Some((i, score)),
    });
    best.map(|(i, _)| BestSplit { split: candidates[i], left_sum: left_sums[i * row..][..row].to_vec() })
}

/// For every candidate the sum of the residuals that go left, and how many they are.
fn left_sums(
    samples: &Samples<'_>,
    members: &[u32],
    candidates: &[Split],
    row: usize,
) -> (Vec<f32>, Vec<usize>) {
    let of_chunk = |chunk: &[u32]| {
        let mut sums = vec![0.0_f32; candidates.len() * row];
        let mut counts = vec![0_usize; candidates.len()];
        for sample in chunk {
            let (values, residual) = (samples.values(*sample as usize), samples.residual(*sample as usize));
            for ((split, sum), count) in candidates.iter().zip(sums.chunks_exact_mut(row)).zip(&mut counts) {
                if goes_left(split, values) {
                    sum.iter_mut().zip(residual).for_each(|(s, r)| *s += r);
                    *count += 1;
                }
            }
        }
        (sums, counts)
    };
    #[cfg(feature = "rayon")]
    let parts: Vec<_> = members.par_chunks(CHUNK).map(of_chunk).collect();
    #[cfg(not(feature = "rayon"))]
    let parts: Vec<_> = members.chunks(CHUNK).map(of_chunk).collect();
    let start = (vec![0.0; candidates.len() * row], vec![0; candidates.len()]);
    parts.into_iter().fold(start, |(mut sums, mut counts), (s, c)| {
        sums.iter_mut().zip(s).for_each(|(a, b)| *a += b);
        counts.iter_mut().zip(c).for_each(|(a, b)| *a += b);
        (sums, counts)
    })
}
