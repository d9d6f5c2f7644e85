//! Luma as it is coded, and as an image.

use image::{DynamicImage, ImageBuffer, Luma};

use crate::error::Fault;

/// Largest width and height that are accepted: a damaged header must not ask for all memory.
const MOST_PX: u64 = 16_384;
/// Largest number of pixels, that of an 8K film.
const MOST_PIXELS: u64 = 8_192 * 4_320;

/// Which values are black and white.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    /// 16 and 235 (times 4 for 10 bits, and so on), as in nearly all video.
    Limited,
    /// 0 and the largest value, as in JPEG.
    Full,
}

/// What becomes of luma in limited range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Levels {
    /// Black is 0 and white the largest value, as in a picture file: limited range becomes 16-bit grey, without a rounding
    /// that 8 bits would need: `65535 (y - 16) / 219`, values beyond black and white cut off.
    #[default]
    Expanded,
    /// The values of the file.
    Stored,
}

/// Width and height, if a frame may have them.
pub(crate) fn checked_size(width: u64, height: u64) -> Result<(usize, usize), Fault> {
    let fits = |side| (1..=MOST_PX).contains(&side);
    if !fits(width) || !fits(height) || width * height > MOST_PIXELS {
        return Err(Fault::damaged(format!("frames of {width}x{height} pixels")));
    }
    Ok((width as usize, height as usize))
}

/// An image of 8-bit luma, rows without gaps.
pub(crate) fn image_of_bytes(
    luma: Vec<u8>,
    (width, height): (usize, usize),
    range: Range,
    levels: Levels,
) -> Result<DynamicImage, Fault> {
    match (range, levels) {
        (Range::Full, _) | (_, Levels::Stored) => {
            ImageBuffer::<Luma<u8>, _>::from_raw(width as u32, height as u32, luma).map(Into::into)
        }
        (Range::Limited, Levels::Expanded) => {
            let table: Vec<u16> = (0..=255).map(|y| expanded(y, 8, range)).collect();
            let grey = luma.iter().map(|y| table[usize::from(*y)]).collect();
            ImageBuffer::<Luma<u16>, Vec<u16>>::from_raw(width as u32, height as u32, grey).map(Into::into)
        }
    }
    .ok_or_else(|| Fault::damaged("a frame is smaller than its size says"))
}

/// An image of luma of `bits` in 16-bit words, little-endian.
pub(crate) fn image_of_words(
    luma: &[u8],
    (width, height): (usize, usize),
    bits: u32,
    range: Range,
    levels: Levels,
) -> Result<DynamicImage, Fault> {
    let words = luma.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let grey = match levels {
        Levels::Stored => words.collect(),
        Levels::Expanded => words.map(|y| expanded(y.into(), bits, range)).collect(),
    };
    ImageBuffer::<Luma<u16>, Vec<u16>>::from_raw(width as u32, height as u32, grey)
        .map(Into::into)
        .ok_or_else(|| Fault::damaged("a frame is smaller than its size says"))
}

/// Luma of `bits` as 16-bit grey.
fn expanded(luma: u32, bits: u32, range: Range) -> u16 {
    let one = 1_i64 << (bits - 8);
    let (black, white) = match range {
        Range::Limited => (16 * one, 235 * one),
        Range::Full => (0, 256 * one - 1),
    };
    let span = white - black;
    let grey = (2 * 65_535 * (i64::from(luma) - black) + span).div_euclid(2 * span);
    grey.clamp(0, 65_535) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_white_and_the_middle_are_where_the_standard_puts_them() {
        for (bits, black, white) in [(8, 16, 235), (10, 64, 940), (12, 256, 3760)] {
            assert_eq!(expanded(black, bits, Range::Limited), 0);
            assert_eq!(expanded(white, bits, Range::Limited), 65_535);
            assert_eq!(expanded(black - 1, bits, Range::Limited), 0);
            assert_eq!(expanded(white + 1, bits, Range::Limited), 65_535);
            assert_eq!(expanded((1 << bits) - 1, bits, Range::Full), 65_535);
        }
        // 65535 (126 - 16) / 219 = 32917.1
        assert_eq!(expanded(126, 8, Range::Limited), 32_917);
    }

    #[test]
    fn sizes_that_no_camera_has_are_refused() {
        assert!(checked_size(640, 480).is_ok() && checked_size(7680, 4320).is_ok());
        for (width, height) in [(0, 480), (640, 0), (20_000, 2), (16_000, 16_000), (u64::MAX, 1)] {
            assert!(checked_size(width, height).is_err(), "{width}x{height}");
        }
    }
}
