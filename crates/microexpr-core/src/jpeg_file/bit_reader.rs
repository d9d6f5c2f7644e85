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

/// A code and the value behind it have at most this many bits.
const MOST_TAKEN: u32 = 32;

impl<'a> BitReader<'a> {
    pub(super) fn new(file: &'a [u8], at: usize) -> Self {
        Self { file, at, bits: 0, count: 0 }
    }

    /// The next 32 bits on the left, without taking them; zeros behind the last one.
    #[inline(always)]
    pub(super) fn peek(&mut self) -> u64 {
        if self.count < MOST_TAKEN {
            self.read_ahead();
        }
        self.bits
    }

    /// Passes over bits that [`BitReader::peek`] has shown, at most 32.
    #[inline(always)]
    pub(super) fn skip(&mut self, count: u32) -> Result<(), JpegFault> {
        if count > self.count {
            return Err(self.ended());
        }
        self.bits <<= count;
        self.count -= count;
        Ok(())
    }

    /// Takes bits, at most 16.
    pub(super) fn take(&mut self, count: u32) -> Result<u32, JpegFault> {
        let value = (self.peek() >> 48) as u32 >> (16 - count);
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

    #[cold]
    fn ended(&self) -> JpegFault {
        if self.at + 1 < self.file.len() { JpegFault::BrokenOff } else { JpegFault::CutOff }
    }

    #[inline(always)]
    fn read_ahead(&mut self) {
        let rest = self.file.get(self.at..).unwrap_or_default();
        if let Some(word) = rest.first_chunk::<8>() {
            let word = u64::from_be_bytes(*word);
            if !has_byte_of_ones(word) {
                // The bits of a byte that has no room are set again, and alike, when it is its turn.
                self.bits |= word >> self.count;
                let bytes = (64 - self.count) / 8;
                self.count += 8 * bytes;
                self.at += bytes as usize;
                return;
            }
        }
        self.read_bytes();
    }

    #[inline(never)]
    fn read_bytes(&mut self) {
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

/// Whether one of the eight bytes is 0xff.
#[inline(always)]
fn has_byte_of_ones(word: u64) -> bool {
    const LOWEST_BITS: u64 = u64::MAX / 255;
    // Of the complement: a byte of zeros, and the ones above it, borrow when they are counted down.
    (!word).wrapping_sub(LOWEST_BITS) & word & (LOWEST_BITS << 7) != 0
}
