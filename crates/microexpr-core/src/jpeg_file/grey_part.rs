//! A part of a grey JPEG: what lies outside is read, but not turned into pixels.

use image::GrayImage;

use super::bit_reader::BitReader;
use super::block;
use super::frame::Frame;
use super::huffman::{HuffmanTable, HuffmanTables};
use super::inverse_dct::inverse_dct;
use super::scan::{Scan, SequentialBlocks};
use super::{JpegFault, is_end, segment_at};
use crate::ImagePart;

/// Place of each coefficient of a block, row by row, in the order in which they are sent.
///
/// Source: ITU-T T.81, figure 5.
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Steps of the coefficients, in the order in which they are sent.
type Steps = [i32; 64];

/// The pixels that [`whole_jpeg`](super::whole_jpeg) and a decoder give, of a part of a sequential grey picture of `(height, width)`; `None`
/// for any other picture, and one that is not whole. Whether it is to be turned is not looked at.
pub(crate) fn grey_part(file: &[u8], size: (usize, usize), part: ImagePart) -> Option<GrayImage> {
    let mut tables = HuffmanTables::default();
    let mut steps: [Option<Steps>; 4] = [None; 4];
    let (mut picture, mut restart_interval, mut at) = (None, 0, 2);
    loop {
        let (marker, segment, behind) = segment_at(file, at).ok()?;
        at = behind;
        match (marker, &mut picture) {
            (0xc0 | 0xc1, None) => {
                let [8, _, _, _, _, 1, _, 0x11, quantisation] = *segment else { return None };
                let frame = Frame::new(marker, segment).ok()?;
                picture = (frame.size == size).then_some((frame, quantisation));
                picture.as_ref()?;
            }
            (0xc4, _) => tables.define(segment).ok()?,
            (0xdb, _) => define(&mut steps, segment)?,
            (0xdd, _) => restart_interval = u16::from_be_bytes(*segment.first_chunk()?).into(),
            (0xda, Some((frame, quantisation))) => {
                let steps = steps.get(usize::from(*quantisation))?.as_ref()?;
                let mut blocks = PartBlocks::new(steps, part);
                let scan = Scan::new(segment, frame).ok()?;
                let end = scan.read((file, at), frame, &tables, restart_interval, &mut blocks).ok()?;
                return is_end(file, end).then_some(blocks.pixels)?;
            }
            // Another process, or a second picture.
            (0xd8 | 0xd9 | 0xc0..=0xcf | 0xda, _) => return None,
            _ => {}
        }
    }
}

/// Takes up the tables of a `DQT` segment.
fn define(steps: &mut [Option<Steps>; 4], mut segment: &[u8]) -> Option<()> {
    while let Some((&destination, rest)) = segment.split_first() {
        let (values, behind): (Steps, _) = if destination >> 4 == 0 {
            let (values, behind) = rest.split_first_chunk::<64>()?;
            (values.map(i32::from), behind)
        } else {
            let (values, behind) = rest.split_first_chunk::<128>()?;
            (
                std::array::from_fn(|i| i32::from(u16::from_be_bytes([values[2 * i], values[2 * i + 1]]))),
                behind,
            )
        };
        *steps.get_mut(usize::from(destination & 15))? = Some(values);
        segment = behind;
    }
    Some(())
}

/// Keeps the pixels of the blocks that reach into the part.
struct PartBlocks<'a> {
    steps: &'a Steps,
    part: ImagePart,
    /// The first coefficient of the block before.
    level: i32,
    pixels: Option<GrayImage>,
}

impl<'a> PartBlocks<'a> {
    fn new(steps: &'a Steps, part: ImagePart) -> Self {
        let [width, height] = [part.width, part.height].map(|length| u32::try_from(length).ok());
        let pixels = width.zip(height).map(|(width, height)| GrayImage::new(width, height));
        Self { steps, part, level: 0, pixels }
    }

    fn put(&mut self, [column, row]: [usize; 2], pixels: &[u8; 64]) {
        let Some(image) = &mut self.pixels else { return };
        let part = self.part;
        // Where the block lies in the part, and what of it.
        let inside = |block: usize, start: usize, length: usize| {
            let first = start.saturating_sub(8 * block).min(8);
            first..(start + length).saturating_sub(8 * block).min(8).max(first)
        };
        let columns = inside(column, part.left, part.width);
        let out = &mut **image;
        for line in inside(row, part.top, part.height) {
            let at = (8 * row + line - part.top) * part.width + 8 * column + columns.start - part.left;
            out[at..at + columns.len()].copy_from_slice(&pixels[8 * line..][columns.clone()]);
        }
    }

    fn reaches(&self, [column, row]: [usize; 2]) -> bool {
        let reaches =
            |block: usize, start: usize, length: usize| 8 * block < start + length && 8 * block + 8 > start;
        reaches(column, self.part.left, self.part.width) && reaches(row, self.part.top, self.part.height)
    }
}

impl SequentialBlocks for PartBlocks<'_> {
    fn restart(&mut self) {
        self.level = 0;
    }

    #[inline(always)]
    fn read(
        &mut self,
        place: [usize; 2],
        bits: &mut BitReader<'_>,
        dc: &HuffmanTable,
        ac: &HuffmanTable,
    ) -> Result<(), JpegFault> {
        let (size, step) = dc.take(bits)?;
        if size > 15 {
            return Err(JpegFault::Damaged);
        }
        self.level = self.level.wrapping_add(step);
        if !self.reaches(place) {
            return block::ac_passed(bits, ac);
        }
        let mut coefficients = [0; 64];
        coefficients[0] = self.level.wrapping_mul(self.steps[0]);
        block::ac_taken(bits, ac, |at, value| {
            coefficients[usize::from(ZIGZAG[at])] = value.wrapping_mul(self.steps[at]);
        })?;
        self.put(place, &inverse_dct(&coefficients));
        Ok(())
    }
}
