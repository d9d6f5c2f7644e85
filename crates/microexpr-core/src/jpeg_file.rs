//! JPEG files as cameras and copies leave them: without an end marker, or with bytes behind it; and whether they are whole.

mod bit_reader;
mod block;
mod code_runs;
mod frame;
mod grey_part;
mod huffman;
mod inverse_dct;
mod scan;

use std::borrow::Cow;

use frame::Frame;
pub(crate) use grey_part::grey_part;
use huffman::HuffmanTables;
use scan::{Passed, Scan};

const END: [u8; 2] = [0xff, 0xd9];

/// Why a JPEG is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JpegFault {
    /// The file ends first.
    #[error("the file ends before the picture does")]
    CutOff,
    /// An end marker or another one comes first.
    #[error("the picture breaks off before its end")]
    BrokenOff,
    /// A code that no table has, or a value out of range.
    #[error("the picture is damaged")]
    Damaged,
    /// Codes are left behind the last block.
    #[error("the picture is damaged: more data than it has blocks")]
    Surplus,
    /// A progressive picture lacks a scan.
    #[error("the picture ends before its last scan")]
    NoLastScan,
    /// The tables that everybody knows were left out.
    #[error(
        "the picture has no Huffman tables, as a frame cut out of Motion JPEG (ffmpeg's `-bsf:v mjpeg2jpeg` adds them)"
    )]
    NoTables,
}

/// The part of a file that is the picture, with an end marker; or why it is none.
///
/// Decoders fill what a file lacks with grey, which would be taken for motion, and most take noise for a picture. So the
/// codes of every block are read here first (not what they mean): a picture is whole if the last block of its last scan is
/// there, whatever follows.
///
/// # Errors
///
/// The first [`JpegFault`].
///
/// # Example
///
/// ```
/// use microexpr_core::{JpegFault, whole_jpeg};
///
/// let mut file = std::io::Cursor::new(Vec::new());
/// let frame = image::GrayImage::from_fn(64, 48, |x, y| image::Luma([(x * y % 251) as u8]));
/// frame.write_to(&mut file, image::ImageFormat::Jpeg)?;
/// let file = file.into_inner();
/// assert_eq!(*whole_jpeg(&file)?, file);
/// // Cut off, and an end marker put behind the cut.
/// let cut = [&file[..file.len() - 200], &[0xff, 0xd9]].concat();
/// assert_eq!(whole_jpeg(&cut), Err(JpegFault::BrokenOff));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn whole_jpeg(file: &[u8]) -> Result<Cow<'_, [u8]>, JpegFault> {
    let end = end_of_picture(file)?;
    let written = &file[..end];
    Ok(match file.get(end..end + END.len()) {
        Some(marker) if marker == END => Cow::Borrowed(&file[..end + END.len()]),
        _ => Cow::Owned([written, &END].concat()),
    })
}

/// Behind the last scan that the picture needs.
fn end_of_picture(file: &[u8]) -> Result<usize, JpegFault> {
    let mut tables = HuffmanTables::default();
    let mut frame = None;
    let mut restart_interval = 0;
    let mut at = 2;
    loop {
        let (marker, segment, behind) = segment_at(file, at)?;
        at = behind;
        match (marker, &mut frame) {
            (0xc0..=0xc2, None) => frame = Some(Frame::new(marker, segment)?),
            (0xc4, _) => tables.define(segment)?,
            (0xdd, _) => {
                let interval = segment.first_chunk().ok_or(JpegFault::Damaged)?;
                restart_interval = u16::from_be_bytes(*interval).into();
            }
            (0xda, Some(frame)) => {
                at = Scan::new(segment, frame)?.read(
                    (file, at),
                    frame,
                    &tables,
                    restart_interval,
                    &mut Passed,
                )?;
                if frame.is_complete() && is_end(file, at) {
                    return Ok(at);
                }
            }
            (0xd9, Some(frame)) if frame.is_complete() => return Ok(at - END.len()),
            (0xd9, _) => return Err(JpegFault::NoLastScan),
            (0xd8 | 0xc0..=0xcf, Some(_)) => return Err(JpegFault::BrokenOff),
            _ => {}
        }
    }
}

/// Whether nothing but the end marker follows, or not even that.
fn is_end(file: &[u8], at: usize) -> bool {
    let rest = file.get(at..).unwrap_or_default();
    rest.len() < END.len() || rest.starts_with(&END)
}

/// The marker at or behind `at`, the content of its segment, and where that ends.
fn segment_at(file: &[u8], at: usize) -> Result<(u8, &[u8], usize), JpegFault> {
    let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff);
    let ahead = file.get(at..).and_then(|rest| rest.windows(2).position(is_marker));
    let start = at + ahead.ok_or(JpegFault::CutOff)? + 2;
    let marker = file[start - 1];
    if matches!(marker, 0x01 | 0xd0..=0xd9) {
        return Ok((marker, &[], start));
    }
    let length = file.get(start..).and_then(|rest| rest.first_chunk()).ok_or(JpegFault::CutOff)?;
    let end = start + usize::from(u16::from_be_bytes(*length));
    let segment = file.get(start + 2..end).ok_or(JpegFault::CutOff)?;
    Ok((marker, segment, end))
}
