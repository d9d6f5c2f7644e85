//! Nodes of one graph to one vector, forward and backward.

use crate::attention::flex::lanes::{Eight, LANES};
use crate::{Readout, ReadoutScale};

/// Least mean square that a vector is divided by the root of, as in [`ReadoutScale`].
const STILL: f32 = 1e-20;

/// Appends the readout of rows of `lanes` lanes, of whose values `channels` count. `largest` gets the rows of the maxima.
pub(super) fn read(
    readout: Readout,
    x: &[Eight],
    (channels, lanes): (usize, usize),
    out: &mut Vec<f32>,
    largest: &mut Vec<u32>,
) {
    let rows = || x.as_flattened().chunks_exact(lanes * LANES);
    largest.clear();
    if matches!(readout, Readout::MaxMean | Readout::Max) {
        let first = out.len();
        out.resize(first + channels, f32::NEG_INFINITY);
        largest.resize(channels, 0);
        for (number, row) in rows().enumerate() {
            for (c, value) in row[..channels].iter().enumerate() {
                if *value > out[first + c] || value.is_nan() {
                    out[first + c] = *value;
                    largest[c] = number as u32;
                }
            }
        }
    }
    if readout != Readout::Max {
        let (first, share) = (out.len(), share(readout, x.len() / lanes));
        out.resize(first + channels, 0.0);
        for row in rows() {
            out[first..].iter_mut().zip(row).for_each(|(sum, value)| *sum += value * share);
        }
    }
}

/// Leaves the gradient of `rows` rows in `d_x`, given that of the readout.
pub(super) fn read_backward(
    readout: Readout,
    rows: usize,
    (channels, lanes): (usize, usize),
    gradient: &[f32],
    largest: &[u32],
    d_x: &mut Vec<Eight>,
) {
    d_x.clear();
    d_x.resize(rows * lanes, [0.0; LANES]);
    let flat = d_x.as_flattened_mut();
    let of_sums = match readout {
        Readout::Max => None,
        Readout::MaxMean => Some(&gradient[channels..]),
        Readout::Mean | Readout::Sum => Some(gradient),
    };
    if let Some(of_sums) = of_sums {
        let share = share(readout, rows);
        for row in flat.chunks_exact_mut(lanes * LANES) {
            row.iter_mut().zip(of_sums).for_each(|(d, sum)| *d = sum * share);
        }
    }
    for ((c, row), d) in largest.iter().enumerate().zip(gradient) {
        flat[*row as usize * lanes * LANES + c] += d;
    }
}

/// What every row counts in sums and means.
fn share(readout: Readout, rows: usize) -> f32 {
    if readout == Readout::Sum { 1.0 } else { 1.0 / rows as f32 }
}

/// Scales a stream's vector and returns what it was divided by.
pub(super) fn scale(scale: ReadoutScale, x: &mut [f32]) -> f32 {
    if scale == ReadoutScale::AsRead {
        return 1.0;
    }
    let mean_square = x.iter().map(|x| x * x).sum::<f32>() / x.len() as f32;
    let root = (mean_square + STILL).sqrt();
    x.iter_mut().for_each(|x| *x /= root);
    root
}

/// The gradient before [`scale`], given that after it, the scaled vector and what it was divided by.
pub(super) fn scale_backward(scale: ReadoutScale, gradient: &mut [f32], scaled: &[f32], root: f32) {
    if scale == ReadoutScale::AsRead {
        return;
    }
    let along = gradient.iter().zip(scaled).map(|(d, y)| d * y).sum::<f32>() / scaled.len() as f32;
    gradient.iter_mut().zip(scaled).for_each(|(d, y)| *d = (*d - y * along) / root);
}
