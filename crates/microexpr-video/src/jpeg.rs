//! One frame of Motion JPEG.

use image::DynamicImage;
use microexpr_core::whole_jpeg;
use std::panic::{AssertUnwindSafe, catch_unwind};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::error::Fault;
use crate::huffman_tables::HUFFMAN_TABLES;
use crate::luma::{Levels, Range, checked_size, image_of_bytes};

/// With which ffmpeg marks limited range, in a comment of the file.
const LIMITED_RANGE: &[u8] = b"CS=ITU601";

/// Luma of a JPEG file.
pub(crate) fn decode(file: &[u8], levels: Levels) -> Result<DynamicImage, Fault> {
    let header = Header::of(file).ok_or_else(|| Fault::damaged("it is no JPEG"))?;
    let whole;
    let file = if header.has_tables {
        file
    } else {
        whole = [&file[..header.scan], &HUFFMAN_TABLES, &file[header.scan..]].concat();
        &whole
    };
    // The decoder fills what is missing with grey, which would be taken for motion.
    let file =
        &*whole_jpeg(file).map_err(|fault| Fault::damaged(format!("its JPEG is not whole: {fault}")))?;
    let size = checked_size(header.width.into(), header.height.into())?;
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::Luma);
    let decode = || JpegDecoder::new_with_options(ZCursor::new(file), options).decode();
    let luma = catch_unwind(AssertUnwindSafe(decode))
        .map_err(|_| Fault::damaged("the JPEG decoder gave up on it"))?
        .map_err(|error| Fault::damaged(format!("its JPEG cannot be decoded: {error:?}")))?;
    let range = if header.is_limited { Range::Limited } else { Range::Full };
    image_of_bytes(luma, size, range, levels)
}

/// What stands before the picture.
struct Header {
    width: u16,
    height: u16,
    /// Where the first scan begins.
    scan: usize,
    /// Whether Huffman tables are there; cameras leave out those that everybody knows.
    has_tables: bool,
    is_limited: bool,
}

impl Header {
    fn of(file: &[u8]) -> Option<Self> {
        let mut header = Self { width: 0, height: 0, scan: 0, has_tables: false, is_limited: false };
        let mut at = 2;
        if !file.starts_with(&[0xff, 0xd8]) {
            return None;
        }
        loop {
            let [0xff, marker] = *file.get(at..at + 2)? else { return None };
            if marker == 0xff {
                at += 1;
                continue;
            }
            let length = usize::from(u16::from_be_bytes([*file.get(at + 2)?, *file.get(at + 3)?]));
            let content = file.get(at + 4..at + 2 + length)?;
            match marker {
                0xda => return Some(Self { scan: at, ..header }),
                0xc4 => header.has_tables = true,
                0xfe => header.is_limited |= content.starts_with(LIMITED_RANGE),
                0xc0..=0xc2 => {
                    header.height = u16::from_be_bytes([*content.get(1)?, *content.get(2)?]);
                    header.width = u16::from_be_bytes([*content.get(3)?, *content.get(4)?]);
                }
                _ => {}
            }
            at += 2 + length;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_frame_that_is_cut_is_an_error_whatever_stands_behind_the_cut() {
        let picture = image::GrayImage::from_fn(96, 64, |x, y| image::Luma([(x * y % 251) as u8]));
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
        let file = file.into_inner();
        assert!(decode(&file, Levels::Stored).is_ok());
        for behind in [&[][..], &[0xff, 0xd9], &[0x55; 40]] {
            let cut = [&file[..file.len() / 2], behind].concat();
            assert!(matches!(decode(&cut, Levels::Stored), Err(Fault::Damaged(_))), "{behind:?}");
        }
    }
}
