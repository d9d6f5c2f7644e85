//! Pixel types: what the linear method does to raw rows.

/// A pixel value: `u8` in `0..=255`, `u16` in `0..=65535` or `f32` in `0..=1`. Implemented for these three only.
pub trait Sample: Copy + Send + Sync + sealed::Kernel {}

impl Sample for u8 {}
impl Sample for u16 {}
impl Sample for f32 {}

pub(crate) mod sealed {
    use microexpr_core::first_unusable_grey;

    use crate::MagnifyError;

    /// Row operations in the pixel type's own unit; everything between them is linear and needs no scaling.
    pub trait Kernel: Sized {
        /// Refuses values that are no numbers or far outside the range of the type.
        fn check(values: &[Self]) -> Result<(), MagnifyError>;
        /// Values as `f32`.
        fn load(row: &[Self], out: &mut [f32]);
        /// Binomial sum of five rows, `(1, 4, 6, 4, 1)` without the division by 16.
        fn blur_rows(rows: [&[Self]; 5], out: &mut [f32]);
        /// Adds `change`, rounds to nearest and clamps to the range of the type.
        fn add(self, change: f32) -> Self;
    }

    /// At most 16 · 255.
    #[inline(always)]
    fn binomial_sum(column: [u8; 5]) -> i16 {
        let [a, b, c, d, e] = column.map(i16::from);
        a + e + 4 * (b + d) + 6 * c
    }

    impl Kernel for u8 {
        fn check(_: &[Self]) -> Result<(), MagnifyError> {
            Ok(())
        }

        #[inline(always)]
        fn load(row: &[Self], out: &mut [f32]) {
            for (o, v) in out.iter_mut().zip(row) {
                *o = f32::from(*v);
            }
        }

        #[inline(always)]
        fn blur_rows([a, b, c, d, e]: [&[Self]; 5], out: &mut [f32]) {
            // Sums in 16 bits, and only then floats: twice as many per instruction.
            const BLOCK: usize = 32;
            let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
            let done = blocks.len() * BLOCK;
            for (index, out) in blocks.iter_mut().enumerate() {
                let block = |row: &[Self]| -> [Self; BLOCK] { row.as_chunks().0[index] };
                let (a, b, c, d, e) = (block(a), block(b), block(c), block(d), block(e));
                let mut sums = [0; BLOCK];
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum = binomial_sum([a[i], b[i], c[i], d[i], e[i]]);
                }
                for (o, sum) in out.iter_mut().zip(sums) {
                    *o = f32::from(sum);
                }
            }
            for (o, i) in rest.iter_mut().zip(done..) {
                *o = f32::from(binomial_sum([a[i], b[i], c[i], d[i], e[i]]));
            }
        }

        #[inline(always)]
        fn add(self, change: f32) -> Self {
            rounded(f32::from(self) + change, 255.0) as Self
        }
    }

    /// The nearest whole number (ties to even) from 0 to `highest`, which is at most 65535.
    #[inline(always)]
    fn rounded(value: f32, highest: f32) -> u32 {
        // Adding 1.5·2²³ rounds, and leaves the number in the low bits.
        const ROUND: f32 = 12_582_912.0;
        let low = if value > 0.0 { value } else { 0.0 };
        let clamped = if low < highest { low } else { highest };
        (clamped + ROUND).to_bits() & 0xffff
    }

    impl Kernel for u16 {
        fn check(_: &[Self]) -> Result<(), MagnifyError> {
            Ok(())
        }

        #[inline(always)]
        fn load(row: &[Self], out: &mut [f32]) {
            for (o, v) in out.iter_mut().zip(row) {
                *o = f32::from(*v);
            }
        }

        #[inline(always)]
        fn blur_rows([a, b, c, d, e]: [&[Self]; 5], out: &mut [f32]) {
            let n = out.len();
            let (a, b, c, d, e) = (&a[..n], &b[..n], &c[..n], &d[..n], &e[..n]);
            for i in 0..n {
                // At most 16 · 65535, which a float holds exactly.
                let [a, b, c, d, e] = [a[i], b[i], c[i], d[i], e[i]].map(u32::from);
                out[i] = (a + e + 4 * (b + d) + 6 * c) as f32;
            }
        }

        #[inline(always)]
        fn add(self, change: f32) -> Self {
            rounded(f32::from(self) + change, 65535.0) as Self
        }
    }

    impl Kernel for f32 {
        fn check(values: &[Self]) -> Result<(), MagnifyError> {
            match first_unusable_grey(values).map(|index| values[index]) {
                None => Ok(()),
                Some(found) if found.is_finite() => Err(MagnifyError::PixelRange { found }),
                Some(_) => Err(MagnifyError::NotFinite),
            }
        }

        #[inline(always)]
        fn load(row: &[Self], out: &mut [f32]) {
            out.copy_from_slice(row);
        }

        #[inline(always)]
        fn blur_rows([a, b, c, d, e]: [&[Self]; 5], out: &mut [f32]) {
            let n = out.len();
            let (a, b, c, d, e) = (&a[..n], &b[..n], &c[..n], &d[..n], &e[..n]);
            for i in 0..n {
                out[i] = a[i] + e[i] + 4.0 * (b[i] + d[i]) + 6.0 * c[i];
            }
        }

        #[inline(always)]
        fn add(self, change: f32) -> Self {
            let sum = self + change;
            let low = if sum > 0.0 { sum } else { 0.0 };
            if low < 1.0 { low } else { 1.0 }
        }
    }
}
