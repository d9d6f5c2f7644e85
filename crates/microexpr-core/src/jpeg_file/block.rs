//! One block of a JPEG scan: which of its 64 coefficients are sent. Their values do not matter here.

use super::JpegFault;
use super::bit_reader::BitReader;
use super::huffman::{HuffmanTable, run_of};

/// Which coefficients a scan holds, and which of their bits.
#[derive(Clone, Copy)]
pub(super) struct Band {
    /// First coefficient in zigzag order.
    pub(super) first: usize,
    /// Last coefficient.
    pub(super) last: usize,
    /// How many of the last bits were missing before (0: all).
    pub(super) high: u8,
    /// How many are missing afterwards.
    pub(super) low: u8,
}

impl Band {
    pub(super) const ALL: Self = Self { first: 0, last: 63, high: 0, low: 0 };
}

/// Source: ITU-T T.81, F.2.2.
#[inline(always)]
pub(super) fn sequential(
    bits: &mut BitReader,
    dc: &HuffmanTable,
    ac: &HuffmanTable,
) -> Result<(), JpegFault> {
    dc_first(bits, dc)?;
    ac_passed(bits, ac)
}

/// The coefficients behind the first one, several at once where their codes are short.
#[inline(always)]
pub(super) fn ac_passed(bits: &mut BitReader, ac: &HuffmanTable) -> Result<(), JpegFault> {
    let runs = ac.runs();
    let mut at = 1;
    while at < 64 {
        let run = run_of(runs, bits.peek());
        if at + run.coefficients() <= run.most() {
            bits.skip(run.bits())?;
            if run.ends_block() {
                break;
            }
            at += run.coefficients();
            continue;
        }
        let symbol = ac.pass(bits)?;
        let zeros = usize::from(symbol >> 4);
        match (zeros, symbol & 15) {
            (15, 0) => at += 16,
            (_, 0) => break,
            _ if at + zeros > 63 => return Err(JpegFault::Damaged),
            _ => at += zeros + 1,
        }
    }
    Ok(())
}

/// The coefficients behind the first one, each given with its place.
#[inline(always)]
pub(super) fn ac_taken(
    bits: &mut BitReader,
    ac: &HuffmanTable,
    mut taken: impl FnMut(usize, i32),
) -> Result<(), JpegFault> {
    let mut at = 1;
    while at < 64 {
        let (symbol, value) = ac.take(bits)?;
        let zeros = usize::from(symbol >> 4);
        match (zeros, symbol & 15) {
            (15, 0) => at += 16,
            (_, 0) => break,
            _ if at + zeros > 63 => return Err(JpegFault::Damaged),
            _ => {
                taken(at + zeros, value);
                at += zeros + 1;
            }
        }
    }
    Ok(())
}

/// Source: ITU-T T.81, G.1.2.1.
pub(super) fn dc_first(bits: &mut BitReader, dc: &HuffmanTable) -> Result<(), JpegFault> {
    if dc.pass(bits)? < 16 { Ok(()) } else { Err(JpegFault::Damaged) }
}

/// Source: ITU-T T.81, G.1.2.2.
pub(super) fn ac_first(
    bits: &mut BitReader,
    ac: &HuffmanTable,
    band: Band,
    zero_run: &mut u32,
    not_zero: &mut u64,
) -> Result<(), JpegFault> {
    if *zero_run > 0 {
        *zero_run -= 1;
        return Ok(());
    }
    let mut at = band.first;
    while at <= band.last {
        let symbol = ac.pass(bits)?;
        let zeros = symbol >> 4;
        match (zeros, symbol & 15) {
            (15, 0) => at += 16,
            (exponent, 0) => {
                *zero_run = blocks_of_zeros(bits, exponent)? - 1;
                break;
            }
            _ => {
                at += usize::from(zeros);
                if at > band.last {
                    return Err(JpegFault::Damaged);
                }
                *not_zero |= 1 << at;
                at += 1;
            }
        }
    }
    Ok(())
}

/// Source: ITU-T T.81, G.1.2.3.
pub(super) fn ac_refined(
    bits: &mut BitReader,
    ac: &HuffmanTable,
    band: Band,
    zero_run: &mut u32,
    not_zero: &mut u64,
) -> Result<(), JpegFault> {
    let mut at = band.first;
    while *zero_run == 0 && at <= band.last {
        let symbol = ac.pass(bits)?;
        let (zeros, size) = (symbol >> 4, symbol & 15);
        if size == 0 && zeros < 15 {
            *zero_run = blocks_of_zeros(bits, zeros)?;
            break;
        }
        at = refine_until_zero(bits, at..=band.last, zeros, *not_zero)?;
        match size {
            0 => {}
            1 if at <= band.last => *not_zero |= 1 << at,
            _ => return Err(JpegFault::Damaged),
        }
        at += 1;
    }
    if *zero_run > 0 {
        *zero_run -= 1;
        refine_until_zero(bits, at..=band.last, u8::MAX, *not_zero)?;
    }
    Ok(())
}

/// Takes a bit for every coefficient that is not zero, and passes over `zeros` that are; where the next zero stands.
fn refine_until_zero(
    bits: &mut BitReader,
    range: std::ops::RangeInclusive<usize>,
    mut zeros: u8,
    not_zero: u64,
) -> Result<usize, JpegFault> {
    let behind = range.end() + 1;
    for at in range {
        if not_zero >> at & 1 == 1 {
            bits.take(1)?;
        } else if zeros == 0 {
            return Ok(at);
        } else {
            zeros -= 1;
        }
    }
    Ok(behind)
}

/// How many blocks, this one included, have no further coefficients in the band.
fn blocks_of_zeros(bits: &mut BitReader, exponent: u8) -> Result<u32, JpegFault> {
    Ok((1 << exponent) + bits.take(exponent.into())?)
}
