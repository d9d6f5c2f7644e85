//! Sums of products over neighbouring channels: what convolutions spend their time on.

use microexpr_core::vectorized;

/// Inputs that are taken at the same time, so that sums are loaded and stored a quarter as often.
const INPUTS: usize = 4;

/// Weights `[output channel, input]` as [`add_products`] reads them: `[input, output channel]`.
pub(super) fn transposed(weights: &[f32], inputs: usize) -> Vec<f32> {
    (0..inputs).flat_map(|input| weights[input..].iter().step_by(inputs).copied()).collect()
}

vectorized! {
    /// `sums[place, channel] += Σ weights[input, channel] · seen[place, input]`; `inputs` and `channels` are the rows' lengths.
    pub(super) fn add_products(
        seen: &[f32],
        inputs: usize,
        weights: &[f32],
        sums: &mut [f32],
        channels: usize,
    ) {
        let (by_four, rest) = weights.split_at(inputs / INPUTS * INPUTS * channels);
        for (place, sums) in seen.chunks_exact(inputs).zip(sums.chunks_exact_mut(channels)) {
            let (four, last) = place.as_chunks::<INPUTS>();
            for (values, weights) in four.iter().zip(by_four.chunks_exact(INPUTS * channels)) {
                let (first, second) = weights.split_at(2 * channels);
                let ((a, b), (c, d)) = (first.split_at(channels), second.split_at(channels));
                for ((((sum, a), b), c), d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                    *sum += values[0] * a + values[1] * b + values[2] * c + values[3] * d;
                }
            }
            for (value, weights) in last.iter().zip(rest.chunks_exact(channels)) {
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += value * weight);
            }
        }
    }
}

/// One row of a window, sliding over one row of an image.
#[derive(Debug, Clone, Copy)]
pub(super) struct SlidingRow<'a> {
    /// `[position in the window, channel]`.
    pub(super) weights: &'a [f32],
    /// `[column, channel]`.
    pub(super) seen: &'a [f32],
    pub(super) channels: usize,
    pub(super) stride: usize,
    /// Columns that the first window begins before the image.
    pub(super) before: usize,
}

vectorized! {
    /// `sums[place, i] += Σ weights[tap, i] · seen[place · stride + tap − before, i]`, over the taps within the image.
    pub(super) fn add_products_by_channel(row: SlidingRow<'_>, sums: &mut [f32]) {
        let channels = row.channels;
        for (place, sums) in sums.chunks_exact_mut(channels).enumerate() {
            for (tap, weights) in row.weights.chunks_exact(channels).enumerate() {
                let column = (place * row.stride + tap).checked_sub(row.before);
                let start = column.map_or(usize::MAX, |column| column * channels);
                let Some(seen) = row.seen.get(start..start.saturating_add(channels)) else { continue };
                for ((sum, weight), value) in sums.iter_mut().zip(weights).zip(seen) {
                    *sum += weight * value;
                }
            }
        }
    }
}
