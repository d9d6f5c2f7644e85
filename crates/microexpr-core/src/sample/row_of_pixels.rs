//! Positions that follow a row of pixels one by one: what they need lies side by side in memory.

use super::{LANES, cubic_weights};

/// The values at `start`, `start + step`, …, if each of them lies in the pixel to the right of the one before, all in one row
/// and away from the border.
///
/// `pixels` are the rows of the image of `(height, width)`, one after the other.
#[inline(always)]
pub(super) fn sample(
    pixels: &[f32],
    (height, width): (usize, usize),
    start: [f64; 2],
    step: [f32; 2],
) -> Option<[f32; LANES]> {
    // Positions are counted from the pixel that the first one lies in: only that one needs the precision of `f64`.
    let (left, above) = (start[0].floor(), start[1].floor());
    let first = [(start[0] - left) as f32, (start[1] - above) as f32];
    let position = |lane: usize| {
        let lane = lane as f32;
        [first[0] + lane * step[0] - lane, first[1] + lane * step[1]]
    };
    // The fractions grow or fall from the first to the last position, so the last one speaks for all.
    let together = position(LANES - 1).iter().all(|fraction| (0.0..1.0).contains(fraction));
    let inside = left >= 1.0
        && above >= 1.0
        && left + (LANES + 2) as f64 <= width as f64
        && above + 3.0 <= height as f64;
    if !(together && inside) {
        return None;
    }
    let columns = cubic_weights::<LANES>(std::array::from_fn(|lane| position(lane)[0]));
    let rows = cubic_weights::<LANES>(std::array::from_fn(|lane| position(lane)[1]));
    let corner = (above as usize - 1) * width + left as usize - 1;
    let around = &pixels[corner..][..3 * width + LANES + 3];
    let mut values = [0.0; LANES];
    for (row, wy) in rows.iter().enumerate() {
        let line = &around[row * width..][..LANES + 3];
        for lane in 0..LANES {
            let sum = (columns[0][lane] * line[lane] + columns[1][lane] * line[lane + 1])
                + (columns[2][lane] * line[lane + 2] + columns[3][lane] * line[lane + 3]);
            values[lane] += wy[lane] * sum;
        }
    }
    Some(values)
}
