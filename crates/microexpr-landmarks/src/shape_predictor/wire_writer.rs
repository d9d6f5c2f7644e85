//! dlib's byte stream, written.

/// Writes dlib's primitives to memory, byte for byte as dlib 19.24 does.
#[derive(Default)]
pub(super) struct WireWriter {
    bytes: Vec<u8>,
}

impl WireWriter {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes) }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn count(&mut self, value: usize) {
        self.int(value as i64);
    }

    /// A control byte (sign, length) and the magnitude in as few bytes as hold it, at least one.
    pub(super) fn int(&mut self, value: i64) {
        let magnitude = value.unsigned_abs().to_le_bytes();
        let length = magnitude.iter().rposition(|b| *b != 0).map_or(1, |last| last + 1);
        let sign = if value < 0 { 0x80 } else { 0 };
        self.bytes.push(sign | length as u8);
        self.bytes.extend(&magnitude[..length]);
    }

    /// Mantissa and exponent: a mantissa of 24 bits whose low zero bytes went into the exponent.
    pub(super) fn float(&mut self, value: f32) {
        let (mut mantissa, mut exponent) = mantissa_and_exponent(value);
        for _ in 0..8 {
            if mantissa & 0xFF != 0 {
                break;
            }
            mantissa >>= 8;
            exponent += 8;
        }
        self.int(mantissa);
        self.int(exponent);
    }

    /// Rows and columns of a matrix, negated as dlib does.
    pub(super) fn matrix_size(&mut self, rows: usize, cols: usize) {
        self.int(-(rows as i64));
        self.int(-(cols as i64));
    }
}

const MANTISSA_BITS: i64 = 24;

/// `value = mantissa · 2^exponent` with a mantissa of exactly 24 bits; zero has the exponent −24.
fn mantissa_and_exponent(value: f32) -> (i64, i64) {
    let bits = value.to_bits();
    let (biased, fraction) = (i64::from(bits >> 23 & 0xFF), i64::from(bits & 0x007F_FFFF));
    let (mut mantissa, mut exponent) = match biased {
        0 => (fraction, -149),
        _ => (fraction | 1 << 23, biased - 150),
    };
    if mantissa == 0 {
        return (0, -MANTISSA_BITS);
    }
    // Subnormal numbers have fewer bits.
    let missing = MANTISSA_BITS - (64 - i64::from(mantissa.leading_zeros()));
    mantissa <<= missing;
    exponent -= missing;
    (if value < 0.0 { -mantissa } else { mantissa }, exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_dlib_writes_them() {
        let mut writer = WireWriter::default();
        for value in [0, 1, -136, 300] {
            writer.int(value);
        }
        writer.float(0.110_178_694);
        writer.float(0.0);
        let expected = [
            0x01, 0x00, 0x01, 0x01, 0x81, 0x88, 0x02, 0x2C, 0x01, 0x03, 0x5E, 0xA5, 0xE1, 0x81, 0x1B, 0x01,
            0x00, 0x01, 0x28,
        ];
        assert_eq!(writer.into_bytes(), expected);
    }

    #[test]
    fn mantissas_and_exponents_give_the_number_back() {
        for value in [1.0, -0.1, f32::MIN_POSITIVE, f32::from_bits(1), -f32::MAX, 1e-40] {
            let (mantissa, exponent) = mantissa_and_exponent(value);
            assert_eq!(mantissa as f64 * 2.0_f64.powi(exponent as i32), f64::from(value), "{value}");
        }
    }
}
