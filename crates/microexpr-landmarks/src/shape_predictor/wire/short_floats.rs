//! The floats that a model consists of, many at a time: four fifths of the time of reading one used to go into reading them
//! integer by integer.

use super::{LARGEST, scale};

/// Appends up to `most` floats of the form that nearly all have: a mantissa of one to three bytes, an exponent of one, and
/// a sane value. Stops at the first other one, and where fewer than eight bytes are left. Returns how many floats and how
/// many bytes they were.
pub(super) fn decode(bytes: &[u8], most: usize, values: &mut Vec<f32>) -> (usize, usize) {
    let (mut taken, mut position) = (0, 0);
    while taken < most
        && let Some(eight) = bytes[position..].first_chunk()
        && let Some((value, length)) = short_float(u64::from_le_bytes(*eight))
    {
        values.push(value);
        taken += 1;
        position += length;
    }
    (taken, position)
}

/// The float in the lowest bytes of `word`, and how many bytes it takes; `None` unless it is short and sane.
#[inline(always)]
fn short_float(word: u64) -> Option<(f32, usize)> {
    let length = (word & 0x7F) as usize;
    let after = word.checked_shr(8 * (1 + length) as u32)?;
    if !(1..=3).contains(&length) || after & 0x7F != 1 {
        return None;
    }
    let magnitude = ((word >> 8) & ((1 << (8 * length)) - 1)) as i64;
    let mantissa = if word & 0x80 != 0 { -magnitude } else { magnitude };
    let exponent = (after >> 8 & 0xFF) as i32;
    let exponent = if after & 0x80 != 0 { -exponent } else { exponent };
    let value = scale(mantissa as f64, exponent) as f32;
    (value.abs() <= LARGEST).then_some((value, length + 3))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::WireReader;
    use super::*;

    /// Bytes that look random, every third one a control byte.
    fn words() -> impl Iterator<Item = [u8; 8]> {
        let mut state = 1_u64;
        (0..200_000).map(move |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut bytes = (state ^ state >> 29).to_le_bytes();
            let length = state >> 60;
            bytes[0] = bytes[0] & 0x80 | length as u8;
            if let Some(exponent) = bytes.get_mut(1 + length as usize).filter(|e| **e % 8 != 0) {
                *exponent = *exponent & 0x80 | 1;
            }
            bytes
        })
    }

    #[test]
    fn short_floats_are_what_the_reader_makes_of_them_one_by_one() {
        let (mut short, mut other) = (0, 0);
        for bytes in words() {
            let mut reader = WireReader::new(&bytes[..], 8, Path::new("(memory)"));
            let expected = reader.float("a number");
            let Some((value, length)) = short_float(u64::from_le_bytes(bytes)) else {
                other += 1;
                continue;
            };
            short += 1;
            assert_eq!(value.to_bits(), expected.expect("a sane number").to_bits(), "{bytes:?}");
            assert_eq!(8 - reader.left(), length as u64, "{bytes:?}");
        }
        assert!(short > 10_000 && other > 10_000, "{short} short, {other} other");
    }

    #[test]
    fn long_runs_with_other_floats_between_are_read_in_order() {
        let mut bytes = Vec::new();
        let mut expected = Vec::new();
        for i in 0..50_000_u32 {
            // Every 97th mantissa takes four bytes, every 89th exponent two.
            let (mantissa, length) = if i % 97 == 0 { (i << 8 | 1 << 24, 4) } else { (i, 3) };
            bytes.push(length);
            bytes.extend(&mantissa.to_le_bytes()[..usize::from(length)]);
            bytes.extend(if i % 89 == 0 { &[0x82, 24, 0][..] } else { &[0x81, 24] });
            expected.push((f64::from(mantissa) / f64::from(1 << 24)) as f32);
        }
        let mut reader = WireReader::new(&bytes[..], bytes.len() as u64, Path::new("(memory)"));
        let mut found = Vec::new();
        reader.floats("numbers", expected.len(), &mut found).expect("numbers");
        assert!(found == expected && reader.left() == 0);
        let cut = &bytes[..bytes.len() - 1];
        let error = WireReader::new(cut, cut.len() as u64, Path::new("(memory)"))
            .floats("numbers", expected.len(), &mut found)
            .expect_err("cut");
        assert!(error.to_string().contains(&format!("at byte {}", bytes.len() - 2)), "{error}");
    }
}
