/// A rectangle of pixels of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImagePart {
    /// First row.
    pub top: usize,
    /// First column.
    pub left: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl ImagePart {
    /// Whether it lies within an image of `(height, width)`.
    #[must_use]
    pub fn is_within(&self, (height, width): (usize, usize)) -> bool {
        let end = |start: usize, length: usize| start.checked_add(length);
        end(self.top, self.height).is_some_and(|bottom| bottom <= height)
            && end(self.left, self.width).is_some_and(|right| right <= width)
    }
}
