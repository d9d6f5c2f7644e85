//! Arithmetic on eight values at a time.
//!
//! [`Lanes`] has one implementation for every processor and one in AVX2 and FMA instructions, written out because the compiler
//! finds them only now and then. Both fuse the same multiplications and additions and add in the same order: the same bits. (Where
//! a processor has no fused instruction, the portable one is slow: x86 before 2013.)
#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "AVX instructions"))]

/// Values that are worked on together.
pub(crate) const LANES: usize = 8;

/// Eight values in memory.
pub(crate) type Eight = [f32; LANES];

/// Eight values in a register.
pub(crate) trait Lanes: Copy {
    fn load(values: &Eight) -> Self;
    fn store(self, to: &mut Eight);
    fn splat(value: f32) -> Self;
    /// `self` where `sign` is above 0, else 0.
    fn where_positive(self, sign: Self) -> Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    /// `self + x·y`, rounded once.
    fn plus_product(self, x: Self, y: Self) -> Self;
    /// `other` where it is larger; `self` where either is NaN.
    fn at_least(self, other: Self) -> Self;
    /// `self · 2ⁿ`, given `n + ROUND`; only where neither is out of range.
    fn scaled_by_power_of_two(self, shifted: Self) -> Self;

    fn divided_by(self, other: Self) -> Self;
    fn square_root(self) -> Self;
    /// Sums of the eight values of every row, pairwise.
    fn totals(rows: &[Eight; LANES]) -> Self;

    /// Sum of all eight, pairwise.
    #[inline(always)]
    fn total(self) -> f32 {
        let mut x = [0.0; LANES];
        self.store(&mut x);
        ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]))
    }

    /// `f` of every value.
    #[inline(always)]
    fn each(self, f: fn(f32) -> f32) -> Self {
        let mut x = [0.0; LANES];
        self.store(&mut x);
        Self::load(&x.map(f))
    }

    /// `eˣ` to about one unit in the last place for `−86 ≤ x ≤ 88`, clamped below; not for larger `x`.
    ///
    /// Method: Cody–Waite reduction to `|r| ≤ ½ ln 2` and the polynomial of S. Moshier's Cephes library.
    #[inline(always)]
    fn exp(self) -> Self {
        let x = self.at_least(Self::splat(-86.0));
        let shifted = Self::splat(ROUND).plus_product(x, Self::splat(std::f32::consts::LOG2_E));
        let n = shifted.minus(Self::splat(ROUND));
        let r = x.plus_product(n, Self::splat(-0.693_359_4)).plus_product(n, Self::splat(2.121_944_4e-4));
        let mut p = Self::splat(1.987_569_1e-4);
        for coefficient in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5, 1.0, 1.0] {
            p = Self::splat(coefficient).plus_product(p, r);
        }
        p.scaled_by_power_of_two(shifted)
    }
}

/// Adding this leaves the rounded integer in the low bits of the sum.
const ROUND: f32 = 12_582_912.0;

/// For every processor.
#[derive(Clone, Copy)]
pub(crate) struct Portable(Eight);

impl Portable {
    #[inline(always)]
    fn with(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|k| f(self.0[k], other.0[k])))
    }
}

impl Lanes for Portable {
    #[inline(always)]
    fn load(values: &Eight) -> Self {
        Self(*values)
    }

    #[inline(always)]
    fn store(self, to: &mut Eight) {
        *to = self.0;
    }

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([value; LANES])
    }

    #[inline(always)]
    fn where_positive(self, sign: Self) -> Self {
        self.with(sign, |x, sign| if sign > 0.0 { x } else { 0.0 })
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.with(other, |x, y| x + y)
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.with(other, |x, y| x - y)
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self.with(other, |x, y| x * y)
    }

    #[inline(always)]
    fn plus_product(self, x: Self, y: Self) -> Self {
        Self(std::array::from_fn(|k| x.0[k].mul_add(y.0[k], self.0[k])))
    }

    #[inline(always)]
    fn at_least(self, other: Self) -> Self {
        self.with(other, |x, y| if y > x { y } else { x })
    }

    #[inline(always)]
    fn divided_by(self, other: Self) -> Self {
        self.with(other, |x, y| x / y)
    }

    #[inline(always)]
    fn square_root(self) -> Self {
        Self(self.0.map(f32::sqrt))
    }

    #[inline(always)]
    fn totals(rows: &[Eight; LANES]) -> Self {
        Self(std::array::from_fn(|k| Self(rows[k]).total()))
    }

    #[inline(always)]
    fn scaled_by_power_of_two(self, shifted: Self) -> Self {
        self.with(shifted, |x, s| f32::from_bits(x.to_bits().wrapping_add(s.to_bits() << 23)))
    }
}

/// For processors with AVX2 and FMA. To be used only inside functions compiled for it.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Avx2(std::arch::x86_64::__m256);

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{Avx2, Eight, LANES, Lanes};

    // SAFETY of all calls: `dispatch` uses this type only after the processor was asked for AVX2 and FMA.
    impl Lanes for Avx2 {
        #[inline(always)]
        fn load(values: &Eight) -> Self {
            // Not `_mm256_loadu_ps`: builds with debug assertions check its pointers, load by load.
            // SAFETY: both types are eight values of 32 bits.
            Self(unsafe { std::mem::transmute::<Eight, __m256>(*values) })
        }

        #[inline(always)]
        fn store(self, to: &mut Eight) {
            // SAFETY: both types are eight values of 32 bits.
            *to = unsafe { std::mem::transmute::<__m256, Eight>(self.0) };
        }

        #[inline(always)]
        fn splat(value: f32) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_set1_ps(value) })
        }

        #[inline(always)]
        fn where_positive(self, sign: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_and_ps(self.0, _mm256_cmp_ps::<_CMP_GT_OQ>(sign.0, _mm256_setzero_ps())) })
        }

        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_add_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn minus(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_sub_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn times(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_mul_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn plus_product(self, x: Self, y: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_fmadd_ps(x.0, y.0, self.0) })
        }

        #[inline(always)]
        fn at_least(self, other: Self) -> Self {
            // The second operand is the result where one is NaN.
            // SAFETY: as above.
            Self(unsafe { _mm256_max_ps(other.0, self.0) })
        }

        #[inline(always)]
        fn scaled_by_power_of_two(self, shifted: Self) -> Self {
            // SAFETY: as above.
            unsafe {
                let exponent = _mm256_slli_epi32::<23>(_mm256_castps_si256(shifted.0));
                Self(_mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(self.0), exponent)))
            }
        }

        #[inline(always)]
        fn divided_by(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_div_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn square_root(self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_sqrt_ps(self.0) })
        }

        #[inline(always)]
        fn totals(rows: &[Eight; LANES]) -> Self {
            let row = |k: usize| Self::load(&rows[k]).0;
            // SAFETY: as above.
            unsafe {
                let first = _mm256_hadd_ps(_mm256_hadd_ps(row(0), row(1)), _mm256_hadd_ps(row(2), row(3)));
                let second = _mm256_hadd_ps(_mm256_hadd_ps(row(4), row(5)), _mm256_hadd_ps(row(6), row(7)));
                let low = _mm256_permute2f128_ps::<0x20>(first, second);
                let high = _mm256_permute2f128_ps::<0x31>(first, second);
                Self(_mm256_add_ps(low, high))
            }
        }

        #[inline(always)]
        fn total(self) -> f32 {
            // SAFETY: as above.
            unsafe {
                let pairs = _mm256_hadd_ps(self.0, self.0);
                let fours = _mm256_hadd_ps(pairs, pairs);
                let high = _mm256_extractf128_ps::<1>(fours);
                _mm_cvtss_f32(_mm_add_ss(_mm256_castps256_ps128(fours), high))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attention::flex::vectors::dot;

    fn exp(x: f32) -> f32 {
        let mut out = [0.0; LANES];
        Portable::splat(x).exp().store(&mut out);
        out[0]
    }

    #[test]
    fn exp_agrees_with_the_standard_library() {
        for i in -85_999..88_000 {
            let x = i as f32 * 1e-3;
            let (found, expected) = (f64::from(exp(x)), f64::from(x).exp());
            assert!((found / expected - 1.0).abs() < 2e-7, "exp({x}): {found} against {expected}");
        }
        // Clamped below, where the result is as good as 0 beside any other of a softmax.
        assert_eq!(exp(f32::NEG_INFINITY), exp(-86.0));
        assert!(exp(f32::NAN).is_nan());
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn both_implementations_give_the_same_bits() {
        #[target_feature(enable = "avx2,fma")]
        fn with_avx2(x: &Eight, y: &Eight) -> [u32; 4] {
            bits::<Avx2>(x, y)
        }

        #[inline(always)]
        fn bits<V: Lanes>(x: &Eight, y: &Eight) -> [u32; 4] {
            let mut totals = [0.0; LANES];
            V::totals(&[*x, *y, *x, *x, *y, *y, *x, *y]).store(&mut totals);
            let root = V::load(y).square_root().divided_by(V::load(x));
            let sum = V::load(x).exp().minus(V::load(y)).plus(root).total();
            [
                sum.to_bits(),
                dot::<V>(&[*x, *y], &[*y, *x]).to_bits(),
                totals[0].to_bits(),
                totals[5].to_bits(),
            ]
        }

        if !(std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")) {
            return;
        }
        for step in 0..10_000 {
            let x = std::array::from_fn(|k| -80.0 + 0.01 * step as f32 - 0.37 * k as f32);
            let y = std::array::from_fn(|k| 0.1 + 0.003 * step as f32 * k as f32);
            // SAFETY: the processor has AVX2 and FMA.
            assert_eq!(unsafe { with_avx2(&x, &y) }, bits::<Portable>(&x, &y));
        }
    }
}
