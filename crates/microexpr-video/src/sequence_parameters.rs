//! What an H.264 sequence parameter set says that the decoder does not tell.

use crate::luma::Range;

/// Profiles with chroma format, bit depth and scaling matrices (ITU-T H.264, 7.3.2.1.1).
const HIGH_PROFILES: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/// Part of a sequence parameter set (ITU-T H.264, 7.3.2.1.1 and E.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SequenceParameters {
    /// Coded width and height in pixels, before anything is cropped.
    pub(crate) coded: (u64, u64),
    /// Pixels to crop at left and top.
    pub(crate) crop: (u64, u64),
    /// Bits of luma.
    pub(crate) bits: u32,
    /// 1 for 4:2:0.
    pub(crate) chroma_format: u32,
    /// Range of luma, where it is said.
    pub(crate) range: Option<Range>,
}

impl SequenceParameters {
    /// Reads a unit, its header byte included; `None` if it ends too early or means nothing.
    pub(crate) fn parse(unit: &[u8]) -> Option<Self> {
        let payload = without_escapes(unit.get(1..)?);
        let mut bits = Bits { bytes: &payload, at: 0 };
        let profile = bits.read(8)?;
        bits.read(16)?;
        bits.unsigned()?;
        let (chroma_format, depth) =
            if HIGH_PROFILES.contains(&profile) { high_profile(&mut bits)? } else { (1, 8) };
        picture_order(&mut bits)?;
        bits.unsigned()?;
        bits.flag()?;
        let width = 16 * (u64::from(bits.unsigned()?) + 1);
        let map_units = u64::from(bits.unsigned()?) + 1;
        let frames_only = bits.flag()?;
        let fields = if frames_only { 1 } else { 2 };
        if !frames_only {
            bits.flag()?;
        }
        bits.flag()?;
        let mut crop = (0, 0);
        if bits.flag()? {
            let [left, _, top, _] = [(); 4].map(|()| bits.unsigned());
            let unit = |halved: bool| if halved { 2 } else { 1 };
            let x = unit(matches!(chroma_format, 1 | 2));
            let y = unit(chroma_format == 1) * fields;
            crop = (x * u64::from(left?), y * u64::from(top?));
        }
        let range = if bits.flag()? { video_range(&mut bits) } else { None };
        let coded = (width, 16 * fields * map_units);
        Some(Self { coded, crop, bits: depth, chroma_format, range })
    }
}

/// Chroma format and bits of luma; scaling lists are passed over.
fn high_profile(bits: &mut Bits<'_>) -> Option<(u32, u32)> {
    let chroma_format = bits.unsigned()?;
    if chroma_format == 3 {
        bits.flag()?;
    }
    let depth = bits.unsigned()?.checked_add(8)?;
    bits.unsigned()?;
    bits.flag()?;
    if bits.flag()? {
        for list in 0..if chroma_format == 3 { 12 } else { 8 } {
            if bits.flag()? {
                scaling_list(bits, if list < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some((chroma_format, depth))
}

fn scaling_list(bits: &mut Bits<'_>, size: usize) -> Option<()> {
    let (mut last, mut next) = (8_i64, 8_i64);
    for _ in 0..size {
        if next != 0 {
            next = (last + bits.signed()?).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

fn picture_order(bits: &mut Bits<'_>) -> Option<()> {
    bits.unsigned()?;
    match bits.unsigned()? {
        0 => drop(bits.unsigned()?),
        1 => {
            bits.flag()?;
            bits.signed()?;
            bits.signed()?;
            for _ in 0..bits.unsigned()? {
                bits.signed()?;
            }
        }
        _ => {}
    }
    Some(())
}

/// The range among the usability information.
fn video_range(bits: &mut Bits<'_>) -> Option<Range> {
    const EXTENDED_ASPECT_RATIO: u32 = 255;
    if bits.flag()? && bits.read(8)? == EXTENDED_ASPECT_RATIO {
        bits.read(32)?;
    }
    if bits.flag()? {
        bits.flag()?;
    }
    if !bits.flag()? {
        return None;
    }
    bits.read(3)?;
    Some(if bits.flag()? { Range::Full } else { Range::Limited })
}

/// The payload of a unit: a 3 after two zeros only keeps start codes apart (7.4.1).
fn without_escapes(unit: &[u8]) -> Vec<u8> {
    let mut payload = Vec::with_capacity(unit.len());
    let mut zeros = 0;
    for &byte in unit {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        payload.push(byte);
    }
    payload
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// At most 32 bits.
    fn read(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            value = value << 1 | u32::from(self.flag()?);
        }
        Some(value)
    }

    /// An Exp-Golomb code (9.1).
    fn unsigned(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
        }
        let suffix = u64::from(self.read(zeros).filter(|_| zeros <= 32)?);
        u32::try_from((1_u64 << zeros) - 1 + suffix).ok()
    }

    fn signed(&mut self) -> Option<i64> {
        let code = i64::from(self.unsigned()?);
        Some(if code % 2 == 0 { -code / 2 } else { (code + 1) / 2 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_golomb_codes_are_those_of_the_standards_table() {
        // 1 010 011 00100 00111 0001000, then zeros without an end.
        let mut bits = Bits { bytes: &[0b1010_0110, 0b0100_0011, 0b1000_1000, 0, 0], at: 0 };
        let codes: Vec<_> = (0..6).map(|_| bits.unsigned()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 6, 7].map(Some));
        assert_eq!(bits.unsigned(), None);
    }

    #[test]
    fn escapes_go() {
        assert_eq!(without_escapes(&[1, 0, 0, 3, 1, 0, 0, 3, 3]), [1, 0, 0, 1, 0, 0, 3]);
    }
}
