//! Flow maps as PNG pictures.

use std::io::{Cursor, Write};
use std::path::Path;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use microexpr_core::atomic_file;
use ndarray::Array2;

use super::FlowMap;
use crate::FlowError;

/// Reads a flow map: a square PNG of three channels of 8 bits, red horizontal, green vertical flow, blue strain.
///
/// # Errors
///
/// [`FlowError::Read`], and [`FlowError::Format`] if the file is no such picture or smaller than [`FlowMap::MIN_SIZE`].
pub fn read_flow_map(path: impl AsRef<Path>) -> Result<FlowMap, FlowError> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|source| FlowError::Read { path: path.to_owned(), source })?;
    let format = |reason: String| FlowError::Format { path: path.to_owned(), reason };
    let decoded =
        image::load_from_memory_with_format(&bytes, ImageFormat::Png).map_err(|e| format(e.to_string()))?;
    let picture = match decoded {
        DynamicImage::ImageRgb8(picture) => picture,
        other => {
            let found = other.color();
            return Err(format(format!("expected a flow map, three channels of 8 bits, found {found:?}")));
        }
    };
    let (width, height) = picture.dimensions();
    if width != height || (height as usize) < FlowMap::MIN_SIZE {
        let smallest = FlowMap::MIN_SIZE;
        return Err(format(format!(
            "expected a flow map, square, at least {smallest}x{smallest} pixels, found {width}x{height}"
        )));
    }
    let channel = |channel: usize| {
        Array2::from_shape_fn((height as usize, width as usize), |(row, col)| {
            picture.get_pixel(col as u32, row as u32).0[channel]
        })
    };
    FlowMap::new(channel(0), channel(1), channel(2))
}

/// Writes a flow map as PNG, whole or not at all.
///
/// # Errors
///
/// [`FlowError::Core`] if the file cannot be written.
pub fn write_flow_map(path: impl AsRef<Path>, map: &FlowMap) -> Result<(), FlowError> {
    let size = map.size() as u32;
    let picture = RgbImage::from_fn(size, size, |x, y| {
        let at = [y as usize, x as usize];
        Rgb([map.u()[at], map.v()[at], map.strain()[at]])
    });
    atomic_file::write_with(path, |file| {
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).map_err(std::io::Error::other)?;
        file.write_all(png.get_ref())
    })?;
    Ok(())
}
