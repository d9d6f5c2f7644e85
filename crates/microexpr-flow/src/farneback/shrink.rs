use microexpr_core::{border::reflect_101, vectorized};

use crate::filter::{Symmetry, correlate_line, extend_mirrored};
use crate::plane::Plane;
use crate::plane_resize::taps;

/// Blurs with the symmetric kernel whose middle and right half is `half`, and resizes bilinearly to `dim`: like one after the
/// other, but only the rows that are sampled are blurred.
pub(super) fn shrink(image: &Plane, half: &[f32], dim: (usize, usize)) -> Plane {
    let (height, width) = image.dim();
    let radius = half.len() - 1;
    let mut out = Plane::zeros(dim);
    let cols = taps(width, dim.1);
    let mut line = vec![0.0; width + 2 * radius];
    let mut blurred = vec![0.0; width];
    for (row, tap) in taps(height, dim.0).iter().enumerate() {
        let middle = &mut line[radius..radius + width];
        middle.fill(0.0);
        for (at, part) in [(tap.first, 1.0 - tap.part), (tap.second, tap.part)] {
            if part == 0.0 {
                continue;
            }
            for (k, weight) in half.iter().enumerate() {
                let [above, below] = [-1, 1].map(|side| at as isize + side * k as isize);
                let pair = [above, below].map(|row| image.row(reflect_101(row, height)));
                add_rows(pair, if k == 0 { 0.5 * part * weight } else { part * weight }, middle);
            }
        }
        extend_mirrored(&mut line, radius);
        correlate_line(&line, half, Symmetry::Even, &mut blurred);
        if dim.1 == width {
            out.row_mut(row).copy_from_slice(&blurred);
        } else {
            for (value, tap) in out.row_mut(row).iter_mut().zip(&cols) {
                *value = (1.0 - tap.part) * blurred[tap.first] + tap.part * blurred[tap.second];
            }
        }
    }
    out
}

vectorized! {
    fn add_rows(pair: [&[f32]; 2], weight: f32, out: &mut [f32]) {
        for ((value, a), b) in out.iter_mut().zip(pair[0]).zip(pair[1]) {
            *value += weight * (a + b);
        }
    }
}
