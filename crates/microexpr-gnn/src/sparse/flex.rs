//! The product on the processor: rows in parallel, each on one thread, so results never depend on threads.

use burn::backend::flex::FlexTensor;
use rayon::prelude::*;

use super::CompressedRows;
use crate::attention::flex_matrix;

/// Rows that one task computes.
const ROWS: usize = 256;

pub(crate) fn product(rows: &CompressedRows, x: &FlexTensor) -> FlexTensor {
    let x = x.to_contiguous();
    let channels = x.layout().shape()[1];
    let features: &[f32] = x.storage();
    let mut out = vec![0.0; (rows.start.len() - 1) * channels];
    out.par_chunks_mut(ROWS * channels.max(1)).enumerate().for_each(|(task, chunk)| {
        // Fresh memory that is read before it is written costs two page faults instead of one.
        chunk.fill(0.0);
        for (place, sum) in chunk.chunks_exact_mut(channels).enumerate() {
            let row = task * ROWS + place;
            for entry in rows.start[row] as usize..rows.start[row + 1] as usize {
                let first = rows.column[entry] as usize * channels;
                let weight = rows.weight[entry];
                for (sum, value) in sum.iter_mut().zip(&features[first..first + channels]) {
                    *sum += weight * value;
                }
            }
        }
    });
    flex_matrix(out, channels)
}
