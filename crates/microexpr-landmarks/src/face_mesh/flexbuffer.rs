//! Reading FlexBuffers: the settings of a TensorFlow Lite file's custom operations.
//!
//! Source: FlatBuffers, "FlexBuffers" (flatbuffers.dev). A map is a vector of values, with the keys' vector named before it and a
//! byte for each value's type behind it. Numbers have the width that their vector says.

/// A map of a FlexBuffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Map<'a> {
    bytes: &'a [u8],
    /// Where the values begin.
    values: usize,
    /// Bytes per value.
    width: usize,
    count: usize,
}

/// The types that are read here, by their numbers in the format.
const SIGNED: u8 = 1;
const UNSIGNED: u8 = 2;
const FLOAT: u8 = 3;
const SIGNED_VECTOR: u8 = 11;

impl<'a> Map<'a> {
    /// The map that a buffer is.
    pub(super) fn root(bytes: &'a [u8]) -> Option<Self> {
        let (root_width, end) = (usize::from(*bytes.last()?), bytes.len().checked_sub(2)?);
        let width = 1 << (bytes[end] & 3);
        let at = end.checked_sub(root_width)?;
        let values = at.checked_sub(unsigned(bytes, at, root_width)?)?;
        Some(Self { bytes, values, width, count: unsigned(bytes, values.checked_sub(width)?, width)? })
    }

    /// A whole number.
    pub(super) fn whole(&self, key: &str) -> Option<usize> {
        let (at, kind) = self.find(key)?;
        (kind >> 2 == SIGNED || kind >> 2 == UNSIGNED).then(|| unsigned(self.bytes, at, self.width))?
    }

    /// A number with fractions.
    pub(super) fn float(&self, key: &str) -> Option<f32> {
        let (at, kind) = self.find(key)?;
        let four = || Some(f32::from_le_bytes(*self.bytes.get(at..)?.first_chunk()?));
        if kind >> 2 == FLOAT && self.width == 4 { four() } else { None }
    }

    /// A list of whole numbers.
    pub(super) fn list(&self, key: &str) -> Option<Vec<usize>> {
        let (at, kind) = self.find(key)?;
        let width = 1 << (kind & 3);
        let start = at.checked_sub(unsigned(self.bytes, at, self.width)?)?;
        let count = unsigned(self.bytes, start.checked_sub(width)?, width)?;
        let number = |i: usize| unsigned(self.bytes, start + i * width, width);
        if kind >> 2 == SIGNED_VECTOR { (0..count).map(number).collect() } else { None }
    }

    /// Where the value of a key lies, and its type and width.
    fn find(&self, key: &str) -> Option<(usize, u8)> {
        let before = |slots: usize| self.values.checked_sub(slots * self.width);
        let at = before(3)?;
        let keys = at.checked_sub(unsigned(self.bytes, at, self.width)?)?;
        let key_width = unsigned(self.bytes, before(2)?, self.width)?;
        let named = |i: usize| {
            let at = keys + i * key_width;
            let name = self.bytes.get(at.checked_sub(unsigned(self.bytes, at, key_width)?)?..)?;
            Some(name.strip_prefix(key.as_bytes())?.first() == Some(&0))
        };
        let index = (0..self.count).find(|i| named(*i) == Some(true))?;
        let kind = *self.bytes.get(self.values + self.count * self.width + index)?;
        Some((self.values + index * self.width, kind))
    }
}

/// A little-endian number of `width` bytes.
fn unsigned(bytes: &[u8], position: usize, width: usize) -> Option<usize> {
    let digits = bytes.get(position..position.checked_add(width)?).filter(|d| d.len() <= 4)?;
    Some(digits.iter().rev().fold(0, |sum, digit| (sum << 8) | usize::from(*digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"a": 7, "ab": [1, 300], "x": 1.5}`, as Google's `flatbuffers` 25.12 for Python writes it
    /// (`Builder.Map`, `TypedVectorFromElements`).
    const WRITTEN: &[u8] = include_bytes!("../../tests/data/flexbuffer/map.bin");

    #[test]
    fn a_map_of_the_reference_writer_reads_as_it_was_written() {
        let map = Map::root(WRITTEN).expect("a map");
        assert_eq!(map.whole("a"), Some(7));
        assert_eq!(map.list("ab"), Some(vec![1, 300]));
        assert_eq!(map.float("x"), Some(1.5));
        assert_eq!((map.whole("b"), map.float("a"), map.list("x")), (None, None, None));
    }

    #[test]
    fn a_cut_map_is_absent_and_never_a_panic() {
        for length in 0..WRITTEN.len() {
            if let Some(map) = Map::root(&WRITTEN[..length]) {
                let _ = (map.whole("a"), map.list("ab"), map.float("x"));
            }
        }
    }
}
