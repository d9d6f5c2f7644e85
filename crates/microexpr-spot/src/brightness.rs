//! Flicker taken out: every frame is brought to the brightness of the first one.

use ndarray::{Array2, ArrayView2, s};

/// Side of the cells that are compared, in pixels.
const CELL_PX: usize = 8;

/// The mean grey of every whole cell.
pub(crate) fn cell_means(frame: ArrayView2<'_, f32>) -> Vec<f32> {
    let (rows, cols) = (frame.nrows() / CELL_PX, frame.ncols() / CELL_PX);
    let mut means = Vec::with_capacity(rows * cols);
    for row in 0..rows {
        for col in 0..cols {
            let (top, left) = (row * CELL_PX, col * CELL_PX);
            let cell = frame.slice(s![top..top + CELL_PX, left..left + CELL_PX]);
            means.push(cell.sum() / (CELL_PX * CELL_PX) as f32);
        }
    }
    means
}

/// Divides a frame by its gain: the median over the cells of their brightness over the reference's.
pub(crate) fn match_brightness(frame: &mut Array2<f32>, reference: &[f32]) {
    /// Darker cells say nothing about a gain.
    const DARK: f32 = 0.02;
    let means = cell_means(frame.view());
    let pairs = means.iter().zip(reference).filter(|(now, then)| **now > DARK && **then > DARK);
    let mut ratios: Vec<f32> = pairs.map(|(now, then)| then / now).collect();
    if ratios.is_empty() {
        return;
    }
    let middle = ratios.len() / 2;
    let (_, gain, _) = ratios.select_nth_unstable_by(middle, f32::total_cmp);
    let gain = *gain;
    frame.mapv_inplace(|grey| (grey * gain).min(1.5));
}
