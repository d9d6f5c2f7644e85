//! One scan of a JPEG, block by block.

use super::JpegFault;
use super::bit_reader::BitReader;
use super::block::{self, Band};
use super::frame::Frame;
use super::huffman::{HuffmanTable, HuffmanTables};

/// So many bytes that belong to no block are passed over before a marker: cameras fill up to a multiple of 2, 4 or 8.
const MOST_PADDING: usize = 8;

/// What becomes of the blocks of a sequential scan.
pub(super) trait SequentialBlocks {
    /// A restart marker has been passed.
    fn restart(&mut self);

    /// Reads the next block, the one at `[column, row]` of the scan.
    fn read(
        &mut self,
        place: [usize; 2],
        bits: &mut BitReader<'_>,
        dc: &HuffmanTable,
        ac: &HuffmanTable,
    ) -> Result<(), JpegFault>;
}

/// Nothing: only whether they are there matters.
pub(super) struct Passed;

impl SequentialBlocks for Passed {
    fn restart(&mut self) {}

    #[inline(always)]
    fn read(
        &mut self,
        _: [usize; 2],
        bits: &mut BitReader<'_>,
        dc: &HuffmanTable,
        ac: &HuffmanTable,
    ) -> Result<(), JpegFault> {
        block::sequential(bits, dc, ac)
    }
}

/// A scan header (`SOS`).
///
/// Source: ITU-T T.81, B.2.3.
pub(super) struct Scan {
    /// Place in the frame, table for DC, table for AC.
    components: Vec<(usize, u8, u8)>,
    band: Band,
}

impl Scan {
    pub(super) fn new(segment: &[u8], frame: &Frame) -> Result<Self, JpegFault> {
        let (&count, rest) = segment.split_first().ok_or(JpegFault::Damaged)?;
        let (components, tail) = rest.split_at_checked(2 * usize::from(count)).ok_or(JpegFault::Damaged)?;
        let [first, last, bits] = *tail else { return Err(JpegFault::Damaged) };
        let known = |pair: &[u8; 2]| Some((frame.component(pair[0])?, pair[1] >> 4, pair[1] & 15));
        let components: Option<Vec<_>> = components.as_chunks().0.iter().map(known).collect();
        let components = components.filter(|components| !components.is_empty()).ok_or(JpegFault::Damaged)?;
        let band = if frame.is_progressive {
            Band { first: first.into(), last: last.into(), high: bits >> 4, low: bits & 15 }
        } else {
            Band::ALL
        };
        let is_band = band.last < 64 && band.first <= band.last && (band.first > 0 || band.last == 0);
        let is_alone = band.first == 0 || components.len() == 1;
        if frame.is_progressive && !(is_band && is_alone) {
            return Err(JpegFault::Damaged);
        }
        Ok(Self { components, band })
    }

    /// Reads all blocks from `at` on; where the marker behind them stands, or the end of the file.
    ///
    /// # Errors
    ///
    /// Any [`JpegFault`]: a scan passes only if every block of it is there, and nothing else before the next marker.
    pub(super) fn read(
        &self,
        (file, at): (&[u8], usize),
        frame: &mut Frame,
        tables: &HuffmanTables,
        restart_interval: usize,
        blocks: &mut impl SequentialBlocks,
    ) -> Result<usize, JpegFault> {
        let units = match *self.components {
            [(only, ..)] => frame.components[only].blocks,
            _ => frame.units,
        };
        let mut bits = BitReader::new(file, at);
        let mut zero_run = 0;
        for unit in 0..units[0] * units[1] {
            if restart_interval > 0 && unit > 0 && unit % restart_interval == 0 {
                let marker = end_of_data(&bits)?;
                let expected = 0xd0 + (unit / restart_interval - 1) as u8 % 8;
                match file.get(marker + 1) {
                    Some(found) if *found == expected => bits = BitReader::new(file, marker + 2),
                    Some(_) => return Err(JpegFault::BrokenOff),
                    None => return Err(JpegFault::CutOff),
                }
                zero_run = 0;
                blocks.restart();
            }
            let place = [unit % units[0], unit / units[0]];
            if frame.is_progressive {
                self.read_unit(&mut bits, frame, tables, place, &mut zero_run)?;
            } else {
                self.read_sequential_unit(&mut bits, frame, tables, place, blocks)?;
            }
        }
        for (component, ..) in &self.components {
            frame.components[*component].sent(self.band.first, self.band.last, self.band.low);
        }
        end_of_data(&bits)
    }

    /// One minimum coded unit of a sequential picture: a block, or the blocks of all components that lie on the same pixels.
    #[inline(always)]
    fn read_sequential_unit(
        &self,
        bits: &mut BitReader,
        frame: &Frame,
        tables: &HuffmanTables,
        place: [usize; 2],
        blocks: &mut impl SequentialBlocks,
    ) -> Result<(), JpegFault> {
        let is_alone = self.components.len() == 1;
        for &(component, dc, ac) in &self.components {
            let [across, down] = if is_alone { [1, 1] } else { frame.components[component].sampling };
            for _ in 0..across * down {
                blocks.read(place, bits, tables.dc(dc)?, tables.ac(ac)?)?;
            }
        }
        Ok(())
    }

    /// One minimum coded unit of a progressive picture.
    fn read_unit(
        &self,
        bits: &mut BitReader,
        frame: &mut Frame,
        tables: &HuffmanTables,
        [column, row]: [usize; 2],
        zero_run: &mut u32,
    ) -> Result<(), JpegFault> {
        let is_alone = self.components.len() == 1;
        for &(component, dc, ac) in &self.components {
            let component = &mut frame.components[component];
            let [across, down] = if is_alone { [1, 1] } else { component.sampling };
            for block in 0..across * down {
                let place = [column * across + block % across, row * down + block / across];
                let not_zero = &mut component.not_zero[place[1] * component.stride + place[0]];
                match (self.band.first, self.band.high) {
                    (0, 0) => block::dc_first(bits, tables.dc(dc)?)?,
                    (0, _) => drop(bits.take(1)?),
                    (_, 0) => block::ac_first(bits, tables.ac(ac)?, self.band, zero_run, not_zero)?,
                    _ => block::ac_refined(bits, tables.ac(ac)?, self.band, zero_run, not_zero)?,
                }
            }
        }
        Ok(())
    }
}

/// Where the next marker stands; more than padding before it is no part of the scan.
fn end_of_data(bits: &BitReader) -> Result<usize, JpegFault> {
    let (marker, left) = bits.next_marker();
    if left > MOST_PADDING { Err(JpegFault::Surplus) } else { Ok(marker) }
}
