//! What a JPEG's frame header says about its blocks.

use super::JpegFault;

/// A picture of the processes with Huffman codes: its components and what of them has been sent.
///
/// Source: ITU-T T.81, A.1 and B.2.2.
pub(super) struct Frame {
    pub(super) is_progressive: bool,
    /// Height and width in pixels.
    pub(super) size: (usize, usize),
    pub(super) components: Vec<Component>,
    /// Minimum coded units in a row and in a column of interleaved scans.
    pub(super) units: [usize; 2],
}

pub(super) struct Component {
    id: u8,
    /// Blocks of a minimum coded unit, across and down.
    pub(super) sampling: [usize; 2],
    /// Blocks of a scan of this component alone, across and down.
    pub(super) blocks: [usize; 2],
    /// Blocks stored in a row.
    pub(super) stride: usize,
    /// How many of its last bits every coefficient lacks.
    missing_bits: [u8; 64],
    /// Progressive pictures: by block, which coefficients are known not to be zero.
    pub(super) not_zero: Vec<u64>,
}

impl Frame {
    /// From a frame header (`SOF`): precision, height, width, and three bytes for each component.
    pub(super) fn new(marker: u8, segment: &[u8]) -> Result<Self, JpegFault> {
        let [_, h0, h1, w0, w1, count, ref rest @ ..] = *segment else { return Err(JpegFault::Damaged) };
        let size = [[w0, w1], [h0, h1]].map(|bytes| usize::from(u16::from_be_bytes(bytes)));
        let headers: Vec<[u8; 3]> = rest.as_chunks().0.to_vec();
        let sampling_of = |header: &[u8; 3]| [header[1] >> 4, header[1] & 15].map(usize::from);
        let is_sampling = |header| sampling_of(header).iter().all(|factor| (1..=4).contains(factor));
        if size.contains(&0) || headers.is_empty() || headers.len() != usize::from(count) {
            return Err(JpegFault::Damaged);
        }
        if !headers.iter().all(is_sampling) {
            return Err(JpegFault::Damaged);
        }
        let largest = [0, 1].map(|axis| headers.iter().map(|h| sampling_of(h)[axis]).max().unwrap_or(1));
        let units = [0, 1].map(|axis| size[axis].div_ceil(8 * largest[axis]));
        let is_progressive = marker == 0xc2;
        let component = |header: &[u8; 3]| {
            let sampling = sampling_of(header);
            let samples = [0, 1].map(|axis| (size[axis] * sampling[axis]).div_ceil(largest[axis]));
            let stored = [0, 1].map(|axis| units[axis] * sampling[axis]);
            Component {
                id: header[0],
                sampling,
                blocks: samples.map(|samples| samples.div_ceil(8)),
                stride: stored[0],
                missing_bits: [Component::NOTHING_SENT; 64],
                not_zero: vec![0; if is_progressive { stored[0] * stored[1] } else { 0 }],
            }
        };
        Ok(Self {
            is_progressive,
            size: (size[1], size[0]),
            components: headers.iter().map(component).collect(),
            units,
        })
    }

    /// The place of the component of that name.
    pub(super) fn component(&self, id: u8) -> Option<usize> {
        self.components.iter().position(|component| component.id == id)
    }

    /// Whether every bit of every coefficient has been sent.
    pub(super) fn is_complete(&self) -> bool {
        self.components.iter().flat_map(|component| &component.missing_bits).all(|bits| *bits == 0)
    }
}

impl Component {
    const NOTHING_SENT: u8 = u8::MAX;

    /// Notes that a scan has brought these coefficients up to this bit.
    pub(super) fn sent(&mut self, first: usize, last: usize, bits: u8) {
        self.missing_bits.get_mut(first..=last).unwrap_or_default().fill(bits);
    }
}
