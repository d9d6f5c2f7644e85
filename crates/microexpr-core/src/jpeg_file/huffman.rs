//! The codes of a JPEG scan.

use super::JpegFault;
use super::bit_reader::BitReader;

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
}

impl HuffmanTable {
    /// From how many codes there are of each length, and the symbols in the order of their codes.
    pub(super) fn new(lengths: &[u8; 16], symbols: &[u8]) -> Result<Self, JpegFault> {
        let mut table = Self {
            symbols: symbols.to_vec(),
            last_codes: [None; 16],
            offsets: [0; 16],
            short_codes: [(0, 0); 256],
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
    #[inline]
    pub(super) fn pass(&self, bits: &mut BitReader) -> Result<u8, JpegFault> {
        let next = bits.peek();
        let (length, symbol) = match self.short_codes[usize::from(next >> 8)] {
            (0, _) => self.long_code(next)?,
            short => short,
        };
        bits.skip(u32::from(length) + u32::from(symbol & 15))?;
        Ok(symbol)
    }

    fn long_code(&self, next: u16) -> Result<(u8, u8), JpegFault> {
        let index = self.last_codes.iter().position(|last| last.is_some_and(|last| next <= last));
        let index = index.ok_or(JpegFault::Damaged)?;
        let place = i32::from(next >> (15 - index)) + self.offsets[index];
        let symbol = self.symbols.get(place as usize).ok_or(JpegFault::Damaged)?;
        Ok((index as u8 + 1, *symbol))
    }
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
