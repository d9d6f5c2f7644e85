//! Matrices whose rows are filled up with zeros to whole [`Eight`]s.

use rayon::prelude::*;

use super::lanes::{Eight, LANES};

/// Rows that one task computes.
const TASK: usize = 256;

/// A matrix `[rows, width]`, row by row, each in whole lanes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) lanes: Vec<Eight>,
    width: usize,
}

impl Rows {
    pub(crate) fn zeros(rows: usize, width: usize) -> Self {
        Self { lanes: vec![[0.0; LANES]; rows * width.div_ceil(LANES)], width }
    }

    /// Makes it a matrix of other sizes, whose values are anything.
    pub(crate) fn reshape(&mut self, rows: usize, width: usize) {
        self.width = width;
        self.lanes.resize(rows * width.div_ceil(LANES), [0.0; LANES]);
    }

    /// `values` as they are.
    pub(crate) fn filled_up(values: &[f32], width: usize) -> Self {
        let mut rows = Self::zeros(values.len() / width.max(1), width);
        let per_row = rows.per_row().max(1);
        for (row, values) in rows.lanes.chunks_exact_mut(per_row).zip(values.chunks_exact(width.max(1))) {
            row.as_flattened_mut()[..width].copy_from_slice(values);
        }
        rows
    }

    /// `values`, the mean of every row taken off.
    pub(crate) fn centred(values: &[f32], width: usize) -> Self {
        let mut rows = Self::zeros(values.len() / width.max(1), width);
        let per_row = rows.per_row().max(1);
        let tasks = rows.lanes.par_chunks_mut(TASK * per_row).zip(values.par_chunks(TASK * width.max(1)));
        tasks.for_each(|(rows, values)| {
            for (row, values) in rows.chunks_exact_mut(per_row).zip(values.chunks_exact(width)) {
                let row = &mut row.as_flattened_mut()[..width];
                row.copy_from_slice(values);
                centre(row);
            }
        });
        rows
    }

    /// The matrix without the filling, the mean of every row taken off.
    pub(crate) fn into_centred(self) -> Vec<f32> {
        let (width, per_row) = (self.width, self.per_row().max(1));
        let mut values = vec![0.0; self.lanes.len() / per_row * width];
        let tasks = values.par_chunks_mut(TASK * width.max(1)).zip(self.lanes.par_chunks(TASK * per_row));
        tasks.for_each(|(values, rows)| {
            for (values, row) in values.chunks_exact_mut(width).zip(rows.chunks_exact(per_row)) {
                values.copy_from_slice(&row.as_flattened()[..width]);
                centre(values);
            }
        });
        values
    }

    /// Number of values in a row.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Lanes of a row.
    pub(crate) fn per_row(&self) -> usize {
        self.width.div_ceil(LANES)
    }

    /// Lanes of a row that hold nothing but 0.
    pub(crate) fn filling(&self) -> usize {
        self.per_row() * LANES - self.width
    }
}

/// Takes the mean off, summed in eight parts.
fn centre(values: &mut [f32]) {
    let (whole, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for eight in whole {
        sums.iter_mut().zip(eight).for_each(|(sum, value)| *sum += value);
    }
    let mean = (sums.iter().sum::<f32>() + rest.iter().sum::<f32>()) / values.len() as f32;
    values.iter_mut().for_each(|value| *value -= mean);
}
