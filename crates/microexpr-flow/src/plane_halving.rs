//! Halving an image: binomial taps `[1, 4, 6, 4, 1] / 16` and reflect-101 borders, OpenCV's `pyrDown`.

use microexpr_core::{border::reflect_101, vectorized};

use crate::plane::Plane;

/// What the taps sum up to along one direction.
const TAPS: f32 = 16.0;
/// White in a frame of bytes.
const WHITE: f32 = 255.0;

/// The plane and its repeated halvings, finest first: `max_level` of them at most, none with a side below `min_side`.
pub(crate) fn pyramid(full: Plane, max_level: usize, min_side: usize) -> Vec<Plane> {
    let mut levels = vec![full];
    while levels.len() <= max_level {
        let last = &levels[levels.len() - 1];
        if last.dim().0.min(last.dim().1).div_ceil(2) < min_side.max(2) {
            break;
        }
        levels.push(halved_plane(last));
    }
    levels
}

/// Half the size, rounded up.
pub(crate) fn halved_plane(full: &Plane) -> Plane {
    halved_rows(full.dim(), |row| full.row(row), blend_rows, thin_row)
}

/// [`halved_plane`] of a frame of bytes given by its rows, as grey values in `0..=1`: whole numbers until the last step.
pub(crate) fn halved_bytes<'a>(dim: (usize, usize), row: impl Fn(usize) -> &'a [u8]) -> Plane {
    halved_rows(dim, row, blend_byte_rows, thin_sums)
}

/// `blend` weighs five rows, `thin` every second value of what comes of it, which has two values more on either side.
fn halved_rows<'a, T: 'a, S: Copy + Default>(
    (height, width): (usize, usize),
    row: impl Fn(usize) -> &'a [T],
    blend: impl Fn([&[T]; 5], &mut [S]),
    thin: impl Fn(&[S], &mut [f32]),
) -> Plane {
    let half = (height.div_ceil(2), width.div_ceil(2));
    let mut data = Vec::with_capacity(half.0 * half.1);
    let mut line = vec![S::default(); width + 4];
    let ends = [-2, -1, width as isize, width as isize + 1]
        .map(|outside| ((outside + 2) as usize, reflect_101(outside, width) + 2));
    for middle in (0..height).step_by(2) {
        let tap = |k: usize| match middle + k {
            below if (2..height + 2).contains(&below) => row(below - 2),
            outside => row(reflect_101(outside as isize - 2, height)),
        };
        blend([tap(0), tap(1), tap(2), tap(3), tap(4)], &mut line[2..width + 2]);
        ends.iter().for_each(|(outside, inside)| line[*outside] = line[*inside]);
        // Row by row the zeros are overwritten before they leave the cache.
        let start = data.len();
        data.resize(start + half.1, 0.0);
        thin(&line, &mut data[start..]);
    }
    Plane::from_data(half, data)
}

vectorized! {
    fn blend_rows(taps: [&[f32]; 5], out: &mut [f32]) {
        let width = out.len();
        let [a, b, c, d, e] = taps;
        let (a, b, c, d, e) = (&a[..width], &b[..width], &c[..width], &d[..width], &e[..width]);
        for i in 0..width {
            out[i] = binomial([a[i], b[i], c[i], d[i], e[i]]);
        }
    }
}

vectorized! {
    /// Every second binomial sum of `line`, the first one around `line[2]`.
    fn thin_row(line: &[f32], out: &mut [f32]) {
        let line = &line[..2 * out.len() + 3];
        for (i, value) in out.iter_mut().enumerate() {
            let at = 2 * i;
            *value = binomial([line[at], line[at + 1], line[at + 2], line[at + 3], line[at + 4]]);
        }
    }
}

#[inline(always)]
fn binomial([a, b, c, d, e]: [f32; 5]) -> f32 {
    ((a + e) + 4.0 * (b + d) + 6.0 * c) * (1.0 / TAPS)
}

vectorized! {
    /// Sums of at most 16 times 255.
    fn blend_byte_rows(taps: [&[u8]; 5], out: &mut [u16]) {
        let width = out.len();
        let [a, b, c, d, e] = taps;
        let (a, b, c, d, e) = (&a[..width], &b[..width], &c[..width], &d[..width], &e[..width]);
        for i in 0..width {
            let [a, b, c, d, e] = [a[i], b[i], c[i], d[i], e[i]].map(u16::from);
            // a + 4 b + 6 c + 4 d + e
            out[i] = (a + e) + 2 * (2 * (b + c + d) + c);
        }
    }
}

vectorized! {
    /// [`thin_row`] of sums, and what makes grey values of them.
    fn thin_sums(line: &[u16], out: &mut [f32]) {
        let line = &line[..2 * out.len() + 3];
        for (i, value) in out.iter_mut().enumerate() {
            let at = 2 * i;
            let [a, b, c, d, e] =
                [line[at], line[at + 1], line[at + 2], line[at + 3], line[at + 4]].map(i32::from);
            *value = ((a + e) + 4 * (b + d) + 6 * c) as f32 * (1.0 / (TAPS * TAPS * WHITE));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_halved_as_their_grey_values() {
        /// A few roundings of values up to 1.
        const TOLERANCE: f32 = 1e-6;
        for (height, width) in [(1, 1), (1, 7), (2, 3), (3, 200), (33, 40)] {
            for white_parts in [1, 7] {
                let byte =
                    |i: usize| if i.is_multiple_of(white_parts) { 255 } else { (i * 7919 % 256) as u8 };
                let bytes: Vec<u8> = (0..height * width).map(byte).collect();
                let grey = bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect();
                let ours = halved_bytes((height, width), |row| &bytes[row * width..][..width]).into_array();
                let expected = halved_plane(&Plane::from_data((height, width), grey)).into_array();
                assert_eq!(ours.dim(), expected.dim());
                let same = ours.iter().zip(&expected).all(|(a, b)| (a - b).abs() < TOLERANCE);
                assert!(same, "{height}x{width}");
            }
        }
    }

    #[test]
    fn halving_equals_the_pyramid_of_core() {
        for size in [(1, 1), (1, 7), (2, 3), (16, 11), (33, 40)] {
            let image =
                ndarray::Array2::from_shape_fn(size, |(r, c)| ((r * 7 + c * c * 3) % 11) as f32 / 11.0);
            let ours = halved_plane(&Plane::from_array(image.view())).into_array();
            let core = microexpr_core::pyramid::down(image.view());
            assert_eq!(ours.dim(), core.dim());
            assert!(ours.iter().zip(&core).all(|(a, b)| (a - b).abs() < 1e-6), "{size:?}");
        }
    }
}
