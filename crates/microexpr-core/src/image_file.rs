//! Image files to images, upright and at their full depth.

use std::error::Error;
use std::io::Cursor;

use image::error::{DecodingError, ImageFormatHint};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use crate::ImagePart;
use crate::bmp_file::rgb_part;
use crate::jpeg_file::{grey_part, whole_jpeg};
use crate::tiff_file::{grey_of_floats, has_further_pages};

/// Decodes a file of any known format, and turns it as its orientation tag says.
pub(crate) fn decode(file: &[u8]) -> Result<DynamicImage, ImageError> {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(ImageError::IoError)?;
    let Some(format) = reader.format() else { return reader.decode() };
    let image = match format {
        ImageFormat::Jpeg => {
            // Its size is within the limits, so the place that is needed to read its codes is, too.
            limited_decoder(format, file)?;
            decode_as(format, &whole_jpeg(file).map_err(|fault| refused(format, fault))?)
        }
        ImageFormat::Tiff => decode_tiff(file),
        _ => decode_as(format, file),
    };
    within_zero_and_one(format, image?)
}

/// A part of what [`decode`] gives of a picture of `(height, width)`, where only the part can be decoded; `None` elsewhere, and for a file
/// that is not as it should be.
pub(crate) fn decode_part(file: &[u8], size: (usize, usize), part: ImagePart) -> Option<DynamicImage> {
    match file {
        [0xff, 0xd8, 0xff, ..] => {
            // Whoever decodes the whole reads the headers in this way.
            let mut decoder = limited_decoder(ImageFormat::Jpeg, file).ok()?;
            let upright = decoder.orientation().ok()? == Orientation::NoTransforms;
            upright.then(|| grey_part(file, size, part))?.map(DynamicImage::from)
        }
        [b'B', b'M', ..] => rgb_part(file, size, part).map(DynamicImage::from),
        _ => None,
    }
}

fn limited_decoder(format: ImageFormat, file: &[u8]) -> Result<impl ImageDecoder, ImageError> {
    let mut decoder = ImageReader::with_format(Cursor::new(file), format).into_decoder()?;
    // The picture itself counts, too, not only what the decoder needs beside it.
    let mut limits = Limits::default();
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    Ok(decoder)
}

fn decode_as(format: ImageFormat, file: &[u8]) -> Result<DynamicImage, ImageError> {
    let mut decoder = limited_decoder(format, file)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn decode_tiff(file: &[u8]) -> Result<DynamicImage, ImageError> {
    if has_further_pages(file) {
        return Err(refused(ImageFormat::Tiff, "the file holds several pages, expected one frame per file"));
    }
    match grey_of_floats(file) {
        Ok(None) => decode_as(ImageFormat::Tiff, file),
        Ok(Some(image)) => Ok(image),
        Err(error) => Err(refused(ImageFormat::Tiff, error)),
    }
}

/// Floating-point values must lie within 0..1, as whole numbers do once they are divided by the largest one.
fn within_zero_and_one(format: ImageFormat, image: DynamicImage) -> Result<DynamicImage, ImageError> {
    let outside = |values: &[f32]| values.iter().any(|value| !(0.0..=1.0).contains(value));
    match &image {
        DynamicImage::ImageRgb32F(values) if outside(values) => Err(refused(format, BEYOND_ONE)),
        DynamicImage::ImageRgba32F(values) if outside(values) => Err(refused(format, BEYOND_ONE)),
        _ => Ok(image),
    }
}

const BEYOND_ONE: &str = "floating-point values outside 0..1, expected grey or colour from 0 to 1";

fn refused(format: ImageFormat, problem: impl Into<Box<dyn Error + Send + Sync>>) -> ImageError {
    ImageError::Decoding(DecodingError::new(ImageFormatHint::Exact(format), problem))
}
