//! Reading FlatBuffers: the container of a TensorFlow Lite file.
//!
//! Source: FlatBuffers, "Internals" (flatbuffers.dev). A table begins with the distance back to its list of field offsets; what a
//! field names lies a distance ahead of it. All numbers are little-endian. Whatever lies outside the file reads as absent.

/// A table of a FlatBuffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Table<'a> {
    /// The table that a file begins with.
    pub(super) fn root(bytes: &'a [u8]) -> Option<Self> {
        Some(Self { bytes, position: ahead(bytes, 0)? })
    }

    /// An 8-bit field; zero, the default of all that are read here, if it is absent.
    pub(super) fn byte(&self, field: usize) -> u8 {
        self.place(field).and_then(|at| self.bytes.get(at)).copied().unwrap_or(0)
    }

    /// A 32-bit field; `default` if it is absent.
    pub(super) fn number(&self, field: usize, default: u32) -> u32 {
        self.place(field).and_then(|at| word(self.bytes, at)).unwrap_or(default)
    }

    /// A text, or a vector of bytes.
    pub(super) fn bytes(&self, field: usize) -> Option<&'a [u8]> {
        let (start, length) = self.vector(field)?;
        self.bytes.get(start..start.checked_add(length)?)
    }

    /// A vector of 32-bit numbers; empty if it is absent.
    pub(super) fn numbers(&self, field: usize) -> Vec<i32> {
        let Some((start, length)) = self.vector(field) else { return Vec::new() };
        let end = length.checked_mul(4).and_then(|size| start.checked_add(size));
        let found = end.and_then(|end| self.bytes.get(start..end)).unwrap_or_default();
        found.as_chunks().0.iter().map(|b| i32::from_le_bytes(*b)).collect()
    }

    /// A table.
    pub(super) fn table(&self, field: usize) -> Option<Self> {
        Some(Self { bytes: self.bytes, position: ahead(self.bytes, self.place(field)?)? })
    }

    /// A vector of tables; empty if it is absent.
    pub(super) fn tables(&self, field: usize) -> Vec<Self> {
        let Some((start, length)) = self.vector(field) else { return Vec::new() };
        let places = (0..length).map_while(|i| ahead(self.bytes, start + 4 * i));
        places.map(|position| Self { bytes: self.bytes, position }).collect()
    }

    /// Start and length of a vector.
    fn vector(&self, field: usize) -> Option<(usize, usize)> {
        let at = ahead(self.bytes, self.place(field)?)?;
        Some((at + 4, word(self.bytes, at)? as usize))
    }

    /// Where a field lies.
    fn place(&self, field: usize) -> Option<usize> {
        let back = word(self.bytes, self.position)? as i32;
        let offsets = usize::try_from(self.position as i64 - i64::from(back)).ok()?;
        let size = usize::from(half_word(self.bytes, offsets)?);
        let entry = 4 + 2 * field;
        let offset = if entry < size { half_word(self.bytes, offsets + entry)? } else { 0 };
        (offset != 0).then(|| self.position + usize::from(offset))
    }
}

/// The place that the distance at `position` leads to.
fn ahead(bytes: &[u8], position: usize) -> Option<usize> {
    position.checked_add(word(bytes, position)? as usize)
}

fn word(bytes: &[u8], position: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(position..)?.first_chunk()?))
}

fn half_word(bytes: &[u8], position: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(position..)?.first_chunk()?))
}
