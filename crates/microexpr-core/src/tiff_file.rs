//! TIFF files: one frame each, grey floating-point values too.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, Rgb32FImage};
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::{SampleFormat, Tag};
use tiff::{ColorType, TiffError};

/// `NewSubfileType`, whose lowest bit says that a page is a smaller copy of another one.
const SUBFILE_TYPE: u16 = 254;
const MOST_PREVIEWS: usize = 64;

/// Whether a file holds a second page that is no preview of the first: a decoder shows the first one only. What cannot be
/// read is left to the decoder's own complaint.
pub(crate) fn has_further_pages(file: &[u8]) -> bool {
    let Some(reader) = Words::of(file) else { return false };
    let mut directory = reader.u32(4).and_then(|first| reader.next_directory(first as usize));
    // A damaged file may go round in circles.
    for _ in 0..MOST_PREVIEWS {
        let Some(at) = directory.filter(|at| *at != 0) else { return false };
        if !reader.is_preview(at) {
            return true;
        }
        directory = reader.next_directory(at);
    }
    true
}

/// An upright image of equal channels if the file holds grey values of 32-bit floating point, which `image` does not know; `None`
/// for every other kind.
pub(crate) fn grey_of_floats(file: &[u8]) -> Result<Option<DynamicImage>, TiffError> {
    let mut decoder = Decoder::new(Cursor::new(file))?;
    if decoder.colortype()? != ColorType::Gray(32)
        || decoder.find_tag_unsigned(Tag::SampleFormat)? != Some(SampleFormat::IEEEFP.to_u16())
    {
        return Ok(None);
    }
    let (width, height) = decoder.dimensions()?;
    let orientation = decoder.find_tag_unsigned::<u8>(Tag::Orientation)?.and_then(Orientation::from_exif);
    let DecodingResult::F32(values) = decoder.read_image()? else { return Ok(None) };
    let channels = values.iter().flat_map(|value| [*value; 3]).collect();
    let mut image = Rgb32FImage::from_raw(width, height, channels).map(DynamicImage::from);
    if let (Some(image), Some(orientation)) = (&mut image, orientation) {
        image.apply_orientation(orientation);
    }
    Ok(image)
}

struct Words<'a> {
    file: &'a [u8],
    little_endian: bool,
}

impl<'a> Words<'a> {
    /// Classic TIFF only; files of more than 4 GB have another header.
    fn of(file: &'a [u8]) -> Option<Self> {
        match file.get(..4)? {
            b"II*\0" => Some(Self { file, little_endian: true }),
            b"MM\0*" => Some(Self { file, little_endian: false }),
            _ => None,
        }
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.file.get(at..)?.first_chunk()?;
        Some(if self.little_endian { u16::from_le_bytes(*bytes) } else { u16::from_be_bytes(*bytes) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.file.get(at..)?.first_chunk()?;
        Some(if self.little_endian { u32::from_le_bytes(*bytes) } else { u32::from_be_bytes(*bytes) })
    }

    /// Where the directory behind the one at `at` lies; 0 if there is none.
    fn next_directory(&self, at: usize) -> Option<usize> {
        let entries = usize::from(self.u16(at)?);
        self.u32(at + 2 + 12 * entries).map(|next| next as usize)
    }

    fn is_preview(&self, at: usize) -> bool {
        let entries = usize::from(self.u16(at).unwrap_or(0));
        let mut places = (0..entries).map(|index| at + 2 + 12 * index);
        let entry = places.find(|place| self.u16(*place) == Some(SUBFILE_TYPE));
        entry.and_then(|place| self.u32(place + 8)).is_some_and(|kind| kind & 1 == 1)
    }
}
