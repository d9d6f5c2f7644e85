//! Frames in the datasets' file formats.

use std::io::Cursor;
use std::path::Path;

use image::codecs::bmp::BmpEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageResult};
use microexpr_core::atomic_file;
use ndarray::ArrayView2;

use crate::{Layout, SynthError};

/// Motion of tenths of a pixel must survive the compression.
const JPEG_QUALITY: u8 = 98;

/// SMIC: grey BMP; SAMM: grey JPEG; CASME II: colour JPEG (of grey pixels).
pub(crate) fn write_frame(layout: Layout, path: &Path, frame: ArrayView2<'_, u8>) -> Result<(), SynthError> {
    let file =
        encode(layout, frame).map_err(|source| SynthError::Encode { path: path.to_owned(), source })?;
    Ok(atomic_file::write(path, &file)?)
}

fn encode(layout: Layout, frame: ArrayView2<'_, u8>) -> ImageResult<Vec<u8>> {
    let (height, width) = (frame.nrows() as u32, frame.ncols() as u32);
    let grey = frame.iter().copied();
    let mut file = Cursor::new(Vec::with_capacity(frame.len() + 2048));
    match layout {
        Layout::Smic => {
            let pixels: Vec<u8> = grey.collect();
            BmpEncoder::new(&mut file).write_image(&pixels, width, height, ExtendedColorType::L8)
        }
        Layout::Samm => {
            let pixels: Vec<u8> = grey.collect();
            let jpeg = JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY);
            jpeg.write_image(&pixels, width, height, ExtendedColorType::L8)
        }
        Layout::Casme2 => {
            let pixels: Vec<u8> = grey.flat_map(|value| [value; 3]).collect();
            let jpeg = JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY);
            jpeg.write_image(&pixels, width, height, ExtendedColorType::Rgb8)
        }
    }?;
    Ok(file.into_inner())
}
