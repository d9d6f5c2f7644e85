//! Branchless sine, cosine and arc tangent that the compiler vectorises, within 3e-7, the same on every machine.
//!
//! Source: S. L. Moshier, Cephes Mathematical Library, `sinf.c` and `atanf.c`: the polynomials and the parts of π/2.

use std::f32::consts::{FRAC_2_PI, FRAC_PI_2, FRAC_PI_4, PI};

/// Beyond this angle single precision holds no phase: larger ones count as this.
const LARGEST_ANGLE: f32 = 8192.0;

/// π/2 in three parts, the first two with few digits, so that their multiples are exact.
const HALF_PI: [f32; 3] = [1.570_312_5, 4.837_513e-4, 7.549_79e-8];

/// Sine and cosine of `angle` in radians, `angle` not negative.
#[inline(always)]
pub(crate) fn sin_cos(angle: f32) -> (f32, f32) {
    // Adding 1.5·2²³ rounds to the nearest whole number and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let angle = if angle < LARGEST_ANGLE { angle } else { LARGEST_ANGLE };
    let shifted = angle * FRAC_2_PI + ROUND;
    let (quadrant, quarters) = (shifted.to_bits() & 3, shifted - ROUND);
    let x = angle - quarters * HALF_PI[0] - quarters * HALF_PI[1] - quarters * HALF_PI[2];
    let z = x * x;
    let sin = ((-1.951_529_6e-4 * z + 8.332_161e-3) * z - 1.666_665_5e-1) * z * x + x;
    let cos = ((2.443_315_7e-5 * z - 1.388_731_6e-3) * z + 4.166_664_6e-2) * z * z - 0.5 * z + 1.0;
    let (sin, cos) = if quadrant & 1 == 0 { (sin, cos) } else { (cos, sin) };
    let sin = if quadrant & 2 == 0 { sin } else { -sin };
    let cos = if (quadrant + 1) & 2 == 0 { cos } else { -cos };
    (sin, cos)
}

/// Angle of the point `(x, y)` for `y` not negative, in `0..=π`; 0 at the origin.
#[inline(always)]
pub(crate) fn angle_of(y: f32, x: f32) -> f32 {
    let (across, along) = (y, x.abs());
    let steep = across > along;
    let (small, large) = if steep { (along, across) } else { (across, along) };
    // tan(π/8): beyond it the angle is taken from the diagonal.
    let diagonal = small > 0.414_213_57 * large;
    let (numerator, denominator) = if diagonal { (small - large, small + large) } else { (small, large) };
    let t = if denominator > 0.0 { numerator / denominator } else { 0.0 };
    let z = t * t;
    let polynomial = ((8.053_745e-2 * z - 1.387_768_6e-1) * z + 1.997_771e-1) * z - 3.333_295e-1;
    let angle = if diagonal { FRAC_PI_4 } else { 0.0 } + (polynomial * z * t + t);
    let angle = if steep { FRAC_PI_2 - angle } else { angle };
    if x < 0.0 { PI - angle } else { angle }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_and_cosine_agree_with_double_precision() {
        for i in 0..200_000 {
            let angle = i as f32 * 1e-3;
            let ((sin, cos), exact) = (sin_cos(angle), f64::from(angle));
            assert!((f64::from(sin) - exact.sin()).abs() < 3e-7, "sin {angle}: {sin}");
            assert!((f64::from(cos) - exact.cos()).abs() < 3e-7, "cos {angle}: {cos}");
        }
        let (sin, cos) = sin_cos(1e30);
        assert!((sin * sin + cos * cos - 1.0).abs() < 1e-3);
    }

    #[test]
    fn angles_agree_with_double_precision() {
        for i in 0..=20_000 {
            let exact = f64::from(i) * std::f64::consts::PI / 20_000.0;
            for radius in [1e-12, 1.0, 1e9] {
                let (y, x) = ((radius * exact.sin()) as f32, (radius * exact.cos()) as f32);
                let found = angle_of(y, x);
                let expected = f64::from(y).atan2(f64::from(x));
                assert!((f64::from(found) - expected).abs() < 3e-7, "{y} {x}: {found} for {expected}");
            }
        }
        assert_eq!(angle_of(0.0, 0.0), 0.0);
        let tiny = f64::from(angle_of(1e-6, 1.0));
        assert!((tiny / 1e-6 - 1.0).abs() < 1e-6, "small angles keep their relative accuracy: {tiny}");
    }
}
