use crate::attention::flex::{Eight, LANES};

/// Eights of a panel's row.
pub(super) const EIGHTS: usize = 2;

/// Columns of a panel.
pub(super) const WIDTH: usize = EIGHTS * LANES;

/// A row of a panel.
pub(super) type PanelRow = [Eight; EIGHTS];

/// A matrix `[rows, columns]` cut into panels of [`WIDTH`] columns, each panel's rows one after the other; the last panel is filled up
/// with zeros.
pub(super) struct Panels {
    values: Vec<PanelRow>,
    rows: usize,
    columns: usize,
}

impl Panels {
    /// Without rows.
    pub(super) fn new(columns: usize) -> Self {
        Self { values: Vec::new(), rows: 0, columns }
    }

    /// The transpose of a matrix of that many columns.
    pub(super) fn of_transposed(matrix: &[f32], rows: usize) -> Self {
        let columns = matrix.len() / rows.max(1);
        let mut values = vec![[[0.0; LANES]; EIGHTS]; rows * columns.div_ceil(WIDTH)];
        for (column, entries) in matrix.chunks_exact(rows.max(1)).enumerate() {
            let panel = &mut values[column / WIDTH * rows..][..rows];
            for (row, entry) in panel.iter_mut().zip(entries) {
                row.as_flattened_mut()[column % WIDTH] = *entry;
            }
        }
        Self { values, rows, columns }
    }

    /// Takes in a matrix of the same number of columns, row by row, in place of what was there.
    pub(super) fn fill(&mut self, matrix: &[f32]) {
        let rows = matrix.len() / self.columns.max(1);
        if rows != self.rows {
            self.rows = rows;
            self.values = vec![[[0.0; LANES]; EIGHTS]; rows * self.columns.div_ceil(WIDTH)];
        }
        for (panel, values) in self.values.chunks_exact_mut(rows.max(1)).enumerate() {
            let first = panel * WIDTH;
            let width = WIDTH.min(self.columns - first);
            for (row, entries) in values.iter_mut().zip(matrix.chunks_exact(self.columns)) {
                row.as_flattened_mut()[..width].copy_from_slice(&entries[first..first + width]);
            }
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// First column and rows of every panel.
    pub(super) fn panels(&self) -> impl Iterator<Item = (usize, &[PanelRow])> {
        let panels = self.values.chunks_exact(self.rows.max(1));
        panels.enumerate().map(|(panel, rows)| (panel * WIDTH, rows))
    }
}
