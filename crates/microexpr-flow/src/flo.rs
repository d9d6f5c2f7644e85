//! Middlebury's `.flo` files: `202021.25`, width, height, then `u, v` per pixel, all little-endian.
//!
//! Source: S. Baker et al., "A Database and Evaluation Methodology for Optical Flow", IJCV 2011.

use std::io::Write;
use std::path::Path;

use microexpr_core::{FlowField, atomic_file};
use ndarray::Array2;

use crate::FlowError;

/// `PIEH` as a number.
const TAG: f32 = 202_021.25;
const HEADER_BYTES: usize = 12;
/// Larger displacements mean that the flow is unknown.
const UNKNOWN: f32 = 1e9;

/// Whether a displacement of a `.flo` file is a measurement.
#[must_use]
pub fn is_known(u: f32, v: f32) -> bool {
    u.abs() <= UNKNOWN && v.abs() <= UNKNOWN
}

/// Reads a `.flo` file, bit by bit as it is; see [`is_known`].
///
/// # Errors
///
/// [`FlowError::Read`], [`FlowError::Format`].
pub fn read(path: impl AsRef<Path>) -> Result<FlowField, FlowError> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|source| FlowError::Read { path: path.to_owned(), source })?;
    let format = |reason: String| FlowError::Format { path: path.to_owned(), reason };
    let dim = header(&bytes).map_err(format)?;
    let component = |first: usize| {
        let values = bytes[HEADER_BYTES..].chunks_exact(4).skip(first).step_by(2);
        let values = values.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Array2::from_shape_vec(dim, values).map_err(|e| format(e.to_string()))
    };
    Ok(FlowField::new(component(0)?, component(1)?)?)
}

/// Writes a `.flo` file, whole or not at all.
///
/// # Errors
///
/// [`FlowError::Core`] if the file cannot be written.
pub fn write(path: impl AsRef<Path>, flow: &FlowField) -> Result<(), FlowError> {
    let (height, width) = flow.dim();
    atomic_file::write_with(path, |file| {
        file.write_all(&TAG.to_le_bytes())?;
        for side in [width, height] {
            let side = i32::try_from(side).map_err(std::io::Error::other)?;
            file.write_all(&side.to_le_bytes())?;
        }
        for (u, v) in flow.u().iter().zip(flow.v()) {
            file.write_all(&u.to_le_bytes())?;
            file.write_all(&v.to_le_bytes())?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Height and width of a file whose length fits them.
fn header(bytes: &[u8]) -> Result<(usize, usize), String> {
    let word = |i: usize| bytes.get(4 * i..4 * i + 4).map(|b| [b[0], b[1], b[2], b[3]]);
    let (Some(tag), Some(width), Some(height)) = (word(0), word(1), word(2)) else {
        return Err(format!("expected a header of {HEADER_BYTES} bytes, found {} bytes", bytes.len()));
    };
    if f32::from_le_bytes(tag) != TAG {
        return Err(format!("expected the tag {TAG}, found {}", f32::from_le_bytes(tag)));
    }
    let side = |b: [u8; 4]| usize::try_from(i32::from_le_bytes(b)).ok();
    let (Some(width), Some(height)) = (side(width), side(height)) else {
        return Err("width or height is negative".to_owned());
    };
    let expected = width.checked_mul(height).and_then(|n| n.checked_mul(8)).map(|n| n + HEADER_BYTES);
    if expected != Some(bytes.len()) {
        return Err(format!("{width}x{height} pixels do not fit a file of {} bytes", bytes.len()));
    }
    Ok((height, width))
}
