//! The bits of a JPEG scan, up to the next marker.

use super::JpegFault;

/// Reads bits from entropy-coded data, most significant bit first, and stops before a marker.
///
/// Source: ITU-T T.81, F.2.2.5 (`NEXTBIT`).
pub(super) struct BitReader<'a> {
    file: &'a [u8],
    /// Behind the bytes that `bits` holds.
    at: usize,
    /// Bits read ahead, the next one on the left.
    bits: u64,
    count: u32,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(file: &'a [u8], at: usize) -> Self {
        Self { file, at, bits: 0, count: 0 }
    }

    /// The next 16 bits without taking them; zeros behind the last one.
    #[inline]
    pub(super) fn peek(&mut self) -> u16 {
        if self.count < 16 {
            self.read_ahead();
        }
        (self.bits >> 48) as u16
    }

    /// Passes over bits, at most 31.
    #[inline]
    pub(super) fn skip(&mut self, count: u32) -> Result<(), JpegFault> {
        if count > self.count {
            self.read_ahead();
        }
        if count > self.count {
            return Err(if self.at + 1 < self.file.len() { JpegFault::BrokenOff } else { JpegFault::CutOff });
        }
        self.bits <<= count;
        self.count -= count;
        Ok(())
    }

    /// Takes bits, at most 16.
    pub(super) fn take(&mut self, count: u32) -> Result<u32, JpegFault> {
        let value = u32::from(self.peek()) >> (16 - count);
        self.skip(count)?;
        Ok(value)
    }

    /// Where the next marker stands, or the end of the file, and how many whole bytes lie before it that nobody has taken.
    pub(super) fn next_marker(&self) -> (usize, usize) {
        let rest = self.file.get(self.at..).unwrap_or_default();
        let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff);
        let ahead = rest.windows(2).position(is_marker).unwrap_or(rest.len());
        (self.at + ahead, ahead + self.count as usize / 8)
    }

    fn read_ahead(&mut self) {
        let rest = self.file.get(self.at..).unwrap_or_default();
        if let Some(word) = rest.first_chunk::<8>()
            && !word.contains(&0xff)
        {
            // The bits of a byte that has no room are set again, and alike, when it is its turn.
            self.bits |= u64::from_be_bytes(*word) >> self.count;
            let bytes = (64 - self.count) / 8;
            self.count += 8 * bytes;
            self.at += bytes as usize;
            return;
        }
        while self.count <= 56 {
            let length = match self.file.get(self.at..) {
                Some([0xff, 0x00, ..]) => 2,
                Some([0xff, ..] | []) | None => return,
                Some(_) => 1,
            };
            self.bits |= u64::from(self.file[self.at]) << (56 - self.count);
            self.count += 8;
            self.at += length;
        }
    }
}
