//! The codes of a JPEG scan.

use std::cell::OnceCell;

use super::JpegFault;
use super::bit_reader::BitReader;
use super::code_runs::CodeRun;

/// Bits that are looked at for runs of codes.
const RUN_BITS: u32 = 10;
pub(super) type CodeRuns = [CodeRun; 1 << RUN_BITS];

/// A Huffman table, as a `DHT` segment gives it.
///
/// Source: ITU-T T.81, annex C and figure F.16 (`DECODE`).
pub(super) struct HuffmanTable {
    symbols: Vec<u8>,
    /// By length less one: the last code of that length and all shorter ones, filled up with ones to 16 bits.
    last_codes: [Option<u16>; 16],
    /// By length less one: what is to be added to a code for the place of its symbol.
    offsets: [i32; 16],
    /// By the first eight bits: length and symbol of codes that are no longer; length 0 for longer ones.
    short_codes: [(u8, u8); 256],
    /// By the first [`RUN_BITS`] bits, made when they are first needed: progressive pictures do not.
    runs: OnceCell<Box<CodeRuns>>,
}

impl HuffmanTable {
    /// From how many codes there are of each length, and the symbols in the order of their codes.
    pub(super) fn new(lengths: &[u8; 16], symbols: &[u8]) -> Result<Self, JpegFault> {
        let mut table = Self {
            symbols: symbols.to_vec(),
            last_codes: [None; 16],
            offsets: [0; 16],
            short_codes: [(0, 0); 256],
            runs: OnceCell::new(),
        };
        let (mut code, mut place) = (0_u32, 0_usize);
        for (index, &count) in lengths.iter().enumerate() {
            let length = index as u32 + 1;
            if code + u32::from(count) > 1 << length {
                return Err(JpegFault::Damaged);
            }
            table.offsets[index] = place as i32 - code as i32;
            for _ in 0..count {
                table.add_short_code(code, length, symbols[place]);
                (code, place) = (code + 1, place + 1);
            }
            table.last_codes[index] = (code << (16 - length)).checked_sub(1).map(|last| last as u16);
            code <<= 1;
        }
        Ok(table)
    }

    fn add_short_code(&mut self, code: u32, length: u32, symbol: u8) {
        if length <= 8 {
            let from = (code << (8 - length)) as usize;
            self.short_codes[from..from + (1 << (8 - length))].fill((length as u8, symbol));
        }
    }

    /// Takes one code, and passes over the value behind it, which has as many bits as the lower half of the symbol says.
    #[inline(always)]
    pub(super) fn pass(&self, bits: &mut BitReader) -> Result<u8, JpegFault> {
        let (length, symbol) = self.code((bits.peek() >> 48) as u16)?;
        bits.skip(u32::from(length) + u32::from(symbol & 15))?;
        Ok(symbol)
    }

    /// Takes one code and the value behind it.
    #[inline(always)]
    pub(super) fn take(&self, bits: &mut BitReader) -> Result<(u8, i32), JpegFault> {
        let ahead = bits.peek();
        let (length, symbol) = self.code((ahead >> 48) as u16)?;
        let (length, size) = (u32::from(length), u32::from(symbol & 15));
        bits.skip(length + size)?;
        Ok((symbol, value(ahead << length, size)))
    }

    /// The codes of AC coefficients at the beginning of the next bits: [`run_of`] tells which.
    #[inline(always)]
    pub(super) fn runs(&self) -> &CodeRuns {
        self.runs.get_or_init(|| self.code_runs())
    }

    #[cold]
    fn code_runs(&self) -> Box<CodeRuns> {
        // The runs of fewer bits, one after the other: what follows a code is one of them.
        let mut runs = vec![CodeRun::NONE];
        for known in 1..=RUN_BITS {
            for bits in 0..1_u32 << known {
                runs.push(self.code_run(bits, known, &runs));
            }
        }
        Box::new(std::array::from_fn(|bits| runs[run_place(bits as u32, RUN_BITS)]))
    }

    /// The run of `known` bits, from those of fewer bits.
    fn code_run(&self, bits: u32, known: u32, shorter: &[CodeRun]) -> CodeRun {
        let ahead = bits << (32 - known);
        let code = |ahead: u32, known: u32| {
            let found = self.code((ahead >> 16) as u16).ok();
            found.filter(|(length, _)| u32::from(*length) <= known)
        };
        let Some(first) = code(ahead, known) else { return CodeRun::NONE };
        let left = known.saturating_sub(u32::from(first.0) + u32::from(first.1 & 15));
        let rest = shorter[run_place(bits & ((1 << left) - 1), left)];
        // Several long runs of zeros may lead out of the block: then they count one by one.
        CodeRun::joined(first, rest).unwrap_or_else(|| CodeRun::new(ahead, known, code))
    }

    /// Length and symbol of the code at the beginning of 16 bits.
    #[inline(always)]
    fn code(&self, next: u16) -> Result<(u8, u8), JpegFault> {
        match self.short_codes[usize::from(next >> 8)] {
            (0, _) => self.long_code(next),
            short => Ok(short),
        }
    }

    fn long_code(&self, next: u16) -> Result<(u8, u8), JpegFault> {
        let index = self.last_codes.iter().position(|last| last.is_some_and(|last| next <= last));
        let index = index.ok_or(JpegFault::Damaged)?;
        let place = i32::from(next >> (15 - index)) + self.offsets[index];
        let symbol = self.symbols.get(place as usize).ok_or(JpegFault::Damaged)?;
        Ok((index as u8 + 1, *symbol))
    }
}

/// Where the run of so many bits lies among those of all numbers of bits.
fn run_place(bits: u32, known: u32) -> usize {
    ((1 << known) - 1 + bits) as usize
}

/// The run of codes at the beginning of `ahead`.
#[inline(always)]
pub(super) fn run_of(runs: &CodeRuns, ahead: u64) -> CodeRun {
    runs[(ahead >> (64 - RUN_BITS)) as usize]
}

/// The value of the first `size` bits, at most 15: those that begin with 0 are negative.
///
/// Source: ITU-T T.81, F.2.2.1 (`RECEIVE`, `EXTEND`).
#[inline(always)]
fn value(ahead: u64, size: u32) -> i32 {
    let bits = (ahead >> 32 >> (32 - size)) as i32;
    if ahead >> 63 == 1 { bits } else { bits - ((1 << size) - 1) }
}

/// The tables in force: for DC and AC coefficients four each.
#[derive(Default)]
pub(super) struct HuffmanTables {
    tables: [[Option<HuffmanTable>; 4]; 2],
}

impl HuffmanTables {
    /// Takes up the tables of a `DHT` segment.
    pub(super) fn define(&mut self, mut segment: &[u8]) -> Result<(), JpegFault> {
        while let Some((&destination, rest)) = segment.split_first() {
            let (lengths, rest) = rest.split_first_chunk::<16>().ok_or(JpegFault::Damaged)?;
            let count = lengths.iter().copied().map(usize::from).sum();
            let (symbols, rest) = rest.split_at_checked(count).ok_or(JpegFault::Damaged)?;
            let class = self.tables.get_mut(usize::from(destination >> 4)).ok_or(JpegFault::Damaged)?;
            let table = class.get_mut(usize::from(destination & 15)).ok_or(JpegFault::Damaged)?;
            *table = Some(HuffmanTable::new(lengths, symbols)?);
            segment = rest;
        }
        Ok(())
    }

    pub(super) fn dc(&self, index: u8) -> Result<&HuffmanTable, JpegFault> {
        Self::defined(&self.tables[0], index)
    }

    pub(super) fn ac(&self, index: u8) -> Result<&HuffmanTable, JpegFault> {
        Self::defined(&self.tables[1], index)
    }

    fn defined(class: &[Option<HuffmanTable>; 4], index: u8) -> Result<&HuffmanTable, JpegFault> {
        class.get(usize::from(index)).and_then(Option::as_ref).ok_or(JpegFault::NoTables)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_made_of_shorter_runs_are_those_of_one_code_after_the_other() {
        // Codes of 1 to 8 bits and longer ones, among them the end of a block, 16 zeros, and up to 15 zeros before a value of few bits.
        let symbols =
            [0x01, 0x00, 0xf1, 0x11, 0xe1, 0xf0, 0x02, 0x21, 0xd1, 0x03, 0x31, 0xf2, 0x41, 0x0a, 0x51];
        for lengths in [
            [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0],
            [0, 1, 3, 3, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
            [0, 0, 5, 4, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
        ] {
            let table = HuffmanTable::new(&lengths, &symbols).unwrap();
            let code = |ahead: u32, known: u32| {
                table.code((ahead >> 16) as u16).ok().filter(|(length, _)| u32::from(*length) <= known)
            };
            for (bits, run) in table.code_runs().iter().enumerate() {
                let one_by_one = CodeRun::new((bits as u32) << (32 - RUN_BITS), RUN_BITS, code);
                assert_eq!(*run, one_by_one, "{bits:010b} of {lengths:?}");
            }
        }
    }
}
