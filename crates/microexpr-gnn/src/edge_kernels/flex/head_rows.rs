use crate::attention::flex::{Eight, LANES};

/// A matrix `[R, H·C]` with every head's part of a row filled up with zeros to whole eights; the rows of one head lie together.
#[derive(Debug, Clone)]
pub(super) struct HeadRows {
    eights: Vec<Eight>,
    rows: usize,
    heads: usize,
    head_width: usize,
}

impl HeadRows {
    pub(super) fn zeros(rows: usize, heads: usize, head_width: usize) -> Self {
        let eights = vec![[0.0; LANES]; heads * rows * head_width.div_ceil(LANES)];
        Self { eights, rows, heads, head_width }
    }

    /// The transpose of `[H·C, R]`.
    pub(super) fn of_columns(columns: &[f32], rows: usize, heads: usize) -> Self {
        let mut out = Self::zeros(rows, heads, columns.len() / (rows * heads).max(1));
        for (index, value) in columns.iter().enumerate() {
            let place = out.place(index % rows, index / rows);
            out.eights.as_flattened_mut()[place] = *value;
        }
        out
    }

    /// `[H·C, R]`.
    pub(super) fn into_columns(self) -> Vec<f32> {
        let flat = self.eights.as_flattened();
        let entry = |index: usize| flat[self.place(index % self.rows, index / self.rows)];
        (0..self.rows * self.heads * self.head_width).map(entry).collect()
    }

    /// Where a value is, eights taken apart.
    fn place(&self, row: usize, channel: usize) -> usize {
        let (head, within) = (channel / self.head_width, channel % self.head_width);
        (head * self.rows + row) * self.per_row() * LANES + within
    }

    /// All zeros, of the same shape.
    pub(super) fn empty(&self) -> Self {
        Self::zeros(self.rows, self.heads, self.head_width)
    }

    /// Eights of one head's part of a row.
    #[inline(always)]
    pub(super) fn per_row(&self) -> usize {
        self.head_width.div_ceil(LANES)
    }

    /// Row after row, [`HeadRows::per_row`] eights each.
    #[inline(always)]
    pub(super) fn head(&self, head: usize) -> &[Eight] {
        let length = self.rows * self.per_row();
        &self.eights[head * length..][..length]
    }

    #[inline(always)]
    pub(super) fn head_mut(&mut self, head: usize) -> &mut [Eight] {
        let length = self.rows * self.per_row();
        &mut self.eights[head * length..][..length]
    }

    pub(super) fn add(&mut self, other: &Self) {
        let sums = self.eights.as_flattened_mut().iter_mut();
        sums.zip(other.eights.as_flattened()).for_each(|(sum, value)| *sum += value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_back_as_they_were() {
        let columns: Vec<f32> = (0..5 * 6).map(|k| k as f32).collect();
        let rows = HeadRows::of_columns(&columns, 5, 2);
        assert_eq!((rows.per_row(), rows.head(1)[4][..4].to_vec()), (1, vec![19.0, 24.0, 29.0, 0.0]));
        assert_eq!(rows.into_columns(), columns);
        assert!(HeadRows::zeros(0, 2, 3).into_columns().is_empty());
    }
}
