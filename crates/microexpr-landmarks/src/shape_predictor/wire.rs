//! dlib's byte stream: integers and floats of variable length, without header or checksum.

mod short_floats;

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::LandmarkError;

const BUFFER: usize = 1 << 16;
/// Longest integer: a control byte and eight bytes of magnitude.
const LONGEST: usize = 9;
/// Fewest bytes of an integer: control byte and one byte of magnitude.
pub(super) const INT_BYTES: u64 = 2;
/// Fewest bytes of a float: two integers.
pub(super) const FLOAT_BYTES: u64 = 2 * INT_BYTES;

/// Reads dlib's primitives through a small buffer, and knows how many bytes are left.
pub(super) struct WireReader<R> {
    source: R,
    path: PathBuf,
    buffer: Vec<u8>,
    position: usize,
    unread: u64,
    offset: u64,
}

impl<R: Read> WireReader<R> {
    /// `length` is the number of bytes `source` will give; `path` is for messages.
    pub(super) fn new(source: R, length: u64, path: &Path) -> Self {
        let buffer = Vec::with_capacity((BUFFER as u64).min(length) as usize);
        Self { source, path: path.to_owned(), buffer, position: 0, unread: length, offset: 0 }
    }

    /// Bytes that are still to come.
    pub(super) fn left(&self) -> u64 {
        self.unread + (self.buffer.len() - self.position) as u64
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> LandmarkError {
        LandmarkError::ShapePredictorFormat {
            path: self.path.clone(),
            offset: self.offset,
            problem: problem.into(),
        }
    }

    /// A count of things that take at least `bytes_each`, between `least` and `most`.
    pub(super) fn count(
        &mut self,
        what: &str,
        least: usize,
        most: usize,
        bytes_each: u64,
    ) -> Result<usize, LandmarkError> {
        let value = self.int(what)?;
        let count = usize::try_from(value).ok().filter(|n| (least..=most).contains(n));
        let count = count
            .ok_or_else(|| self.error(format!("expected {least} to {most} for {what}, found {value}")))?;
        if (count as u64).saturating_mul(bytes_each) > self.left() {
            let left = self.left();
            return Err(self.error(format!("{what} is {count}, but only {left} bytes are left")));
        }
        Ok(count)
    }

    /// The first bytes that are still to come, without taking them: nine or more unless the source ends.
    pub(super) fn peek(&mut self) -> Result<&[u8], LandmarkError> {
        self.refill()?;
        Ok(&self.buffer[self.position..])
    }

    pub(super) fn int(&mut self, what: &str) -> Result<i64, LandmarkError> {
        self.refill()?;
        let bytes = &self.buffer[self.position..];
        let Some((&control, rest)) = bytes.split_first() else {
            return Err(self.error(format!("the file ends where {what} should be")));
        };
        let length = usize::from(control & 0x0F);
        if control & 0x70 != 0 || !(1..=8).contains(&length) {
            return Err(self.error(format!("expected an integer for {what}, found byte {control:#04x}")));
        }
        if rest.len() < length {
            return Err(self.error(format!("the file ends inside {what}")));
        }
        let magnitude = little_endian(rest, length);
        let magnitude = i64::try_from(magnitude)
            .map_err(|_| self.error(format!("{what} does not fit 63 bits: {magnitude}")))?;
        self.position += 1 + length;
        self.offset += 1 + length as u64;
        Ok(if control & 0x80 != 0 { -magnitude } else { magnitude })
    }

    /// A finite number of sane size: `mantissa · 2^exponent`.
    pub(super) fn float(&mut self, what: &str) -> Result<f32, LandmarkError> {
        let mantissa = self.int(what)?;
        let exponent = self.int(what)?;
        if mantissa == 0 && exponent < SPECIAL_EXPONENT {
            return Ok(0.0);
        }
        let exponent = i32::try_from(exponent).unwrap_or(i32::MAX);
        let value = scale(mantissa as f64, exponent) as f32;
        if i64::from(exponent) >= SPECIAL_EXPONENT || value.is_nan() || value.abs() > LARGEST {
            return Err(self.error(format!("{what} is {mantissa}·2^{exponent}, beyond any sane value")));
        }
        Ok(value)
    }

    /// Appends `count` floats, as [`WireReader::float`] reads them, to `values`.
    pub(super) fn floats(
        &mut self,
        what: &str,
        count: usize,
        values: &mut Vec<f32>,
    ) -> Result<(), LandmarkError> {
        let end = values.len() + count;
        while values.len() < end {
            let (taken, bytes) =
                short_floats::decode(&self.buffer[self.position..], end - values.len(), values);
            self.position += bytes;
            self.offset += bytes as u64;
            if taken == 0 {
                values.push(self.float(what)?);
            }
        }
        Ok(())
    }

    /// Rows and columns of a matrix; dlib writes them negated.
    pub(super) fn matrix_size(&mut self, what: &str) -> Result<(u64, u64), LandmarkError> {
        Ok((self.int(what)?.unsigned_abs(), self.int(what)?.unsigned_abs()))
    }

    fn refill(&mut self) -> Result<(), LandmarkError> {
        if self.buffer.len() - self.position >= LONGEST || self.unread == 0 {
            return Ok(());
        }
        self.buffer.drain(..self.position);
        self.position = 0;
        let wanted = self.unread.min((BUFFER - self.buffer.len()) as u64);
        let got = (&mut self.source)
            .take(wanted)
            .read_to_end(&mut self.buffer)
            .map_err(|source| LandmarkError::ReadFile { path: self.path.clone(), source })?;
        self.unread = if (got as u64) < wanted { 0 } else { self.unread - wanted };
        Ok(())
    }
}

/// The number in the first `length` bytes, 1 to 8.
fn little_endian(bytes: &[u8], length: usize) -> u64 {
    // One load and a mask where eight bytes are there, which is nearly always.
    match bytes.first_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight) & (u64::MAX >> (64 - 8 * length)),
        None => bytes[..length].iter().rev().fold(0, |m, b| m << 8 | u64::from(*b)),
    }
}

/// Exponents from here on stand for infinities and NaN.
const SPECIAL_EXPONENT: i64 = 32000;
/// Shapes are in units of the face box; a million boxes away nothing is meant.
const LARGEST: f32 = 1e6;

/// `mantissa · 2^exponent` without `powi`'s rounding: powers of two are exact.
fn scale(mantissa: f64, exponent: i32) -> f64 {
    if (-1022..=1023).contains(&exponent) {
        return mantissa * f64::from_bits(((exponent + 1023) as u64) << 52);
    }
    mantissa * 2.0_f64.powi(exponent)
}
