//! From a JPEG block's coefficients to its pixels.

use crate::vectorized;

/// Fractional bits of the constants.
const BITS: u32 = 12;
/// A constant, cut to its bits as by the `image` crate's decoder.
const fn fixed(value: f64) -> i32 {
    (value * (1 << BITS) as f64 + 0.5) as i32
}

/// One value for each column, or row, of a block.
type Lanes = [i32; 8];

vectorized! {
    /// The pixels of a block, row by row, from its coefficients, multiplied by their steps, row by row.
    ///
    /// Whole numbers of 12 fractional bits, rounded once after the columns (two bits are kept) and once after the rows, as most decoders
    /// do: the values are those of the `image` crate's decoder.
    ///
    /// Source: C. Loeffler, A. Ligtenberg, G. Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications", ICASSP 1989.
    pub(super) fn inverse_dct(coefficients: &[i32; 64]) -> [u8; 64] {
        const KEPT: u32 = 10;
        const LAST: u32 = BITS + BITS - KEPT + 3;
        let rows: [Lanes; 8] = std::array::from_fn(|row| std::array::from_fn(|column| coefficients[8 * row + column]));
        let columns_done = transform(&rows, 1 << (KEPT - 1), KEPT);
        // The middle grey of 128 is added before the last rounding; the decoder whose values these are adds the first one's half again.
        let done = transform(&transposed(&columns_done), (1 << (KEPT - 1)) + (1 << (LAST - 1)) + (128 << LAST), LAST);
        let mut pixels = [0; 64];
        for (row, line) in transposed(&done).iter().enumerate() {
            for (column, value) in line.iter().enumerate() {
                pixels[8 * row + column] = (*value).clamp(0, 255) as u8;
            }
        }
        pixels
    }
}

/// Three perfect shuffles, which the compiler makes of register instructions.
#[inline(always)]
fn transposed(lanes: &[Lanes; 8]) -> [Lanes; 8] {
    shuffled(&shuffled(&shuffled(lanes)))
}

/// The first four with the last four, lane by lane.
#[inline(always)]
fn shuffled(lanes: &[Lanes; 8]) -> [Lanes; 8] {
    let mut shuffled = [[0; 8]; 8];
    for (i, out) in shuffled.iter_mut().enumerate() {
        let (a, b) = (&lanes[i / 2], &lanes[i / 2 + 4]);
        *out = each(|lane| if lane % 2 == 0 { a[4 * (i % 2) + lane / 2] } else { b[4 * (i % 2) + lane / 2] });
    }
    shuffled
}

#[inline(always)]
fn each(of: impl Fn(usize) -> i32) -> Lanes {
    // A loop is compiled along with its caller in every profile; `from_fn` is not.
    let mut lanes = [0; 8];
    for (i, lane) in lanes.iter_mut().enumerate() {
        *lane = of(i);
    }
    lanes
}

/// Eight inverse transforms side by side: `x[k]` are the coefficients of frequency `k`. `rounding` is added before the last `shift` bits
/// are dropped. Values of damaged pictures wrap around.
#[inline(always)]
fn transform(x: &[Lanes; 8], rounding: i32, shift: u32) -> [Lanes; 8] {
    let sum = |a: &Lanes, b: &Lanes| each(|i| a[i].wrapping_add(b[i]));
    let difference = |a: &Lanes, b: &Lanes| each(|i| a[i].wrapping_sub(b[i]));
    let times = |a: &Lanes, factor: i32| each(|i| a[i].wrapping_mul(factor));
    // The even half: frequencies 0 and 4, and 2 and 6 rotated.
    let whole = |a: &Lanes| each(|i| (a[i] << BITS).wrapping_add(rounding));
    let (low, high) = (whole(&sum(&x[0], &x[4])), whole(&difference(&x[0], &x[4])));
    let rotated = times(&sum(&x[2], &x[6]), fixed(0.541_196_1));
    let minor = sum(&rotated, &times(&x[6], fixed(-1.847_759_065)));
    let major = sum(&rotated, &times(&x[2], fixed(0.765_366_865)));
    let even = [sum(&low, &major), sum(&high, &minor), difference(&high, &minor), difference(&low, &major)];
    // The odd half: frequencies 1, 3, 5 and 7.
    let both = times(&sum(&sum(&x[7], &x[3]), &sum(&x[5], &x[1])), fixed(1.175_875_602));
    let outer = sum(&both, &times(&sum(&x[7], &x[1]), fixed(-0.899_976_223)));
    let inner = sum(&both, &times(&sum(&x[5], &x[3]), fixed(-2.562_915_447)));
    let sevens = times(&sum(&x[7], &x[3]), fixed(-1.961_570_56));
    let fives = times(&sum(&x[5], &x[1]), fixed(-0.390_180_644));
    let odd = [
        sum(&times(&x[1], fixed(1.501_321_11)), &sum(&outer, &fives)),
        sum(&times(&x[3], fixed(3.072_711_026)), &sum(&inner, &sevens)),
        sum(&times(&x[5], fixed(2.053_119_869)), &sum(&inner, &fives)),
        sum(&times(&x[7], fixed(0.298_631_336)), &sum(&outer, &sevens)),
    ];
    std::array::from_fn(|place| match place {
        0..4 => each(|i| even[place][i].wrapping_add(odd[place][i]) >> shift),
        _ => each(|i| even[7 - place][i].wrapping_sub(odd[7 - place][i]) >> shift),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_the_sum_of_cosines() {
        /// Half a grey level of rounding, and what two roundings within add to it.
        const TOLERANCE: f64 = 0.7;
        for seed in 0..50 {
            let coefficients: [i32; 64] = std::array::from_fn(|i| {
                let size = [1, 300 / (i as i32 + 1)][usize::from((i * 7 + seed) % 3 == 0)];
                ((i * i * 31 + seed * 97 + i * 5) % 23) as i32 * size / 11 - size
            });
            let pixels = inverse_dct(&coefficients);
            let basis = |k: usize, at: usize| {
                let scale = if k == 0 { std::f64::consts::FRAC_1_SQRT_2 } else { 1.0 };
                scale * ((2 * at + 1) as f64 * k as f64 * std::f64::consts::PI / 16.0).cos() / 2.0
            };
            for (row, column) in (0..8).flat_map(|row| (0..8).map(move |column| (row, column))) {
                let term = |i: usize| f64::from(coefficients[i]) * basis(i / 8, row) * basis(i % 8, column);
                let expected = (128.0 + (0..64).map(term).sum::<f64>()).clamp(0.0, 255.0);
                assert!(
                    (f64::from(pixels[8 * row + column]) - expected).abs() < TOLERANCE,
                    "{seed}, {row}, {column}"
                );
            }
        }
    }
}
