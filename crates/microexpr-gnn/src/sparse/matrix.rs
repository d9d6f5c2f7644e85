use std::any::Any;
use std::sync::{Arc, OnceLock};

/// The entries of a sparse matrix, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct CompressedRows {
    /// Row `r` owns the entries `start[r]..start[r + 1]`.
    pub start: Vec<u32>,
    /// Column of every entry.
    pub column: Vec<u32>,
    /// Value of every entry.
    pub weight: Vec<f32>,
}

/// A constant sparse matrix `[rows, columns]` and its transpose, on the host; a device gets its copy when first needed.
///
/// Every gather and every sum over neighbours of this crate is a product with such a matrix
/// ([`GraphBackend::sparse_product`](crate::GraphBackend::sparse_product)).
#[derive(Debug)]
pub struct SparseMatrix {
    columns: usize,
    by_row: Arc<CompressedRows>,
    by_column: Arc<CompressedRows>,
    on_device: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl SparseMatrix {
    /// Takes the rows in order, each a list of columns and values.
    ///
    /// # Panics
    ///
    /// If a column is not below `columns`.
    pub fn from_rows<R>(columns: usize, rows: impl IntoIterator<Item = R>) -> Self
    where
        R: IntoIterator<Item = (u32, f32)>,
    {
        let mut by_row = CompressedRows { start: vec![0], column: Vec::new(), weight: Vec::new() };
        for row in rows {
            for (column, weight) in row {
                assert!((column as usize) < columns, "column {column} of a matrix with {columns} columns");
                by_row.column.push(column);
                by_row.weight.push(weight);
            }
            by_row.start.push(by_row.column.len() as u32);
        }
        let by_column = Arc::new(by_row.transposed(columns));
        let by_row = Arc::new(by_row);
        Self { columns, by_row, by_column, on_device: OnceLock::new() }
    }

    /// Picks rows: row `r` of the product is row `chosen[r]` of the features.
    #[must_use]
    pub fn gather(columns: usize, chosen: &[u32]) -> Self {
        Self::from_rows(columns, chosen.iter().map(|column| [(*column, 1.0)]))
    }

    /// The same entries with other values, given the present ones row by row.
    ///
    /// # Panics
    ///
    /// If their number changes.
    #[must_use]
    pub fn with_weights(&self, change: impl FnOnce(Vec<f32>) -> Vec<f32>) -> Self {
        let mut by_row = CompressedRows::clone(&self.by_row);
        by_row.weight = change(by_row.weight);
        assert_eq!(by_row.weight.len(), by_row.column.len(), "one value for every entry");
        let by_column = Arc::new(by_row.transposed(self.columns));
        Self { columns: self.columns, by_row: Arc::new(by_row), by_column, on_device: OnceLock::new() }
    }

    /// The product with another matrix, on the host; entries of the same place stay apart.
    ///
    /// # Panics
    ///
    /// If `other` has not as many rows as this matrix has columns.
    #[must_use]
    pub fn product(&self, other: &Self) -> Self {
        assert_eq!(self.columns, other.rows(), "columns of the first and rows of the second matrix");
        let rows = (0..self.rows()).map(|row| {
            self.by_row.row(row).flat_map(|(inner, outer_weight)| {
                let entries = other.by_row.row(inner as usize);
                entries.map(move |(column, weight)| (column, outer_weight * weight))
            })
        });
        Self::from_rows(other.columns, rows)
    }

    /// All values row by row, `rows · columns`; entries of the same place add up.
    #[must_use]
    pub fn dense(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.rows() * self.columns];
        for row in 0..self.rows() {
            for (column, weight) in self.by_row.row(row) {
                values[row * self.columns + column as usize] += weight;
            }
        }
        values
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.by_row.start.len() - 1
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The entries row by row.
    #[must_use]
    pub fn by_row(&self) -> &Arc<CompressedRows> {
        &self.by_row
    }

    /// The entries of the transposed matrix row by row.
    #[must_use]
    pub fn by_column(&self) -> &Arc<CompressedRows> {
        &self.by_column
    }

    /// The device's copy, made when first asked for.
    pub(crate) fn on_device<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let copy = self.on_device.get_or_init(|| Arc::new(make()));
        Arc::clone(copy).downcast().expect("a matrix serves the backend that used it first")
    }
}

impl CompressedRows {
    /// Columns and values of a row.
    pub(crate) fn row(&self, row: usize) -> impl Iterator<Item = (u32, f32)> + '_ {
        let entries = self.start[row] as usize..self.start[row + 1] as usize;
        entries.map(|entry| (self.column[entry], self.weight[entry]))
    }

    /// The largest number of entries in a row.
    #[must_use]
    pub fn longest_row(&self) -> usize {
        self.start.windows(2).map(|w| (w[1] - w[0]) as usize).max().unwrap_or(0)
    }

    fn transposed(&self, columns: usize) -> Self {
        let mut start = vec![0u32; columns + 1];
        for column in &self.column {
            start[*column as usize + 1] += 1;
        }
        for column in 0..columns {
            start[column + 1] += start[column];
        }
        let mut next = start.clone();
        let mut rows = vec![0; self.column.len()];
        let mut weight = vec![0.0; self.column.len()];
        for (row, range) in self.start.windows(2).enumerate() {
            for entry in range[0] as usize..range[1] as usize {
                let slot = &mut next[self.column[entry] as usize];
                rows[*slot as usize] = row as u32;
                weight[*slot as usize] = self.weight[entry];
                *slot += 1;
            }
        }
        Self { start, column: rows, weight }
    }
}
