//! KITTI's flow pictures: 16-bit PNG with `64·u + 2¹⁵`, `64·v + 2¹⁵` and whether the pixel is known.
//!
//! Displacements are stored in steps of 1/64 px, from −512 to 512 px.
//!
//! Source: M. Menze, A. Geiger, "Object Scene Flow for Autonomous Vehicles", CVPR 2015, development kit.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageBuffer, ImageFormat, Rgb};
use microexpr_core::{FlowField, atomic_file};
use ndarray::Array2;

use crate::FlowError;
use crate::flo::is_known;

const STEPS_PER_PIXEL: f32 = 64.0;
const ZERO: f32 = 32_768.0;
/// What unknown displacements become, see [`is_known`].
const UNKNOWN: f32 = 1e10;

/// Reads a KITTI flow picture; unknown displacements are 10¹⁰, see [`is_known`].
///
/// # Errors
///
/// [`FlowError::Read`], and [`FlowError::Format`] if the file is not a PNG of three channels of 16 bits.
pub fn read(path: impl AsRef<Path>) -> Result<FlowField, FlowError> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|source| FlowError::Read { path: path.to_owned(), source })?;
    let format = |reason: String| FlowError::Format { path: path.to_owned(), reason };
    let decoded = image::load_from_memory_with_format(&bytes, ImageFormat::Png);
    let picture = match decoded.map_err(|e| format(e.to_string()))? {
        DynamicImage::ImageRgb16(picture) => picture,
        other => {
            let found = other.color();
            return Err(format(format!("expected three channels of 16 bits, found {found:?}")));
        }
    };
    let dim = (picture.height() as usize, picture.width() as usize);
    let component = |channel: usize| {
        Array2::from_shape_fn(dim, |(row, col)| {
            let pixel = picture.get_pixel(col as u32, row as u32).0;
            if pixel[2] == 0 { UNKNOWN } else { (f32::from(pixel[channel]) - ZERO) / STEPS_PER_PIXEL }
        })
    };
    Ok(FlowField::new(component(0), component(1))?)
}

/// Writes a KITTI flow picture, whole or not at all; displacements are rounded to 1/64 px and limited to ±512 px.
///
/// # Errors
///
/// [`FlowError::Core`] if the file cannot be written.
pub fn write(path: impl AsRef<Path>, flow: &FlowField) -> Result<(), FlowError> {
    let (height, width) = flow.dim();
    let (u, v) = (flow.u(), flow.v());
    let stored = |displacement: f32| (STEPS_PER_PIXEL * displacement + ZERO).round() as u16;
    let picture = ImageBuffer::from_fn(width as u32, height as u32, |x, y| {
        let (u, v) = (u[[y as usize, x as usize]], v[[y as usize, x as usize]]);
        Rgb(if is_known(u, v) { [stored(u), stored(v), 1] } else { [0; 3] })
    });
    atomic_file::write_with(path, |file| {
        let mut png = Cursor::new(Vec::new());
        let picture = DynamicImage::ImageRgb16(picture);
        picture.write_to(&mut png, ImageFormat::Png).map_err(std::io::Error::other)?;
        std::io::Write::write_all(file, png.get_ref())
    })?;
    Ok(())
}
