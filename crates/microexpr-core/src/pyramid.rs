//! Binomial-5 Gaussian pyramid: taps `[1, 4, 6, 4, 1] / 16`, reflect-101 borders, sizes rounded up.
//!
//! Source: P. Burt, E. Adelson, "The Laplacian Pyramid as a Compact Image Code", IEEE Trans. Communications 1983.
//! Same numbers as OpenCV's `pyrDown` and `pyrUp`.

use ndarray::{Array2, ArrayView2};

use crate::border::reflect_101;
use crate::vectorized;

/// Height and width one level down: halves, rounded up.
#[must_use]
pub fn half_size((height, width): (usize, usize)) -> (usize, usize) {
    (height.div_ceil(2), width.div_ceil(2))
}

/// Blurs with the binomial taps and keeps every second pixel: `[h, w]` to `[⌈h/2⌉, ⌈w/2⌉]`.
#[must_use]
pub fn down(image: ArrayView2<'_, f32>) -> Array2<f32> {
    let image = image.as_standard_layout();
    let ((height, width), half) = (image.dim(), half_size(image.dim()));
    let pixels = image.as_slice().expect("arrays of standard layout are contiguous");
    let mut values = Vec::with_capacity(half.0 * half.1);
    // A row of sums with two mirrored ones on either side.
    let mut line = vec![0.0; width + 4];
    for middle in (0..height as isize).step_by(2) {
        let row = |tap: isize| &pixels[reflect_101(middle + tap, height) * width..][..width];
        blend([row(-2), row(-1), row(0), row(1), row(2)], &mut line[2..width + 2]);
        for outside in [-2, -1, width as isize, width as isize + 1] {
            line[(outside + 2) as usize] = line[reflect_101(outside, width) + 2];
        }
        let start = values.len();
        values.resize(start + half.1, 0.0);
        thin(&line, &mut values[start..]);
    }
    Array2::from_shape_vec(half, values).expect("a value for every pixel")
}

vectorized! {
    /// The binomial sum of five rows.
    fn blend(rows: [&[f32]; 5], out: &mut [f32]) {
        let width = out.len();
        let [a, b, c, d, e] = rows.map(|row| &row[..width]);
        for i in 0..width {
            out[i] = binomial([a[i], b[i], c[i], d[i], e[i]]);
        }
    }
}

vectorized! {
    /// Every second binomial sum of `line`, the first one around `line[2]`.
    fn thin(line: &[f32], out: &mut [f32]) {
        let line = &line[..2 * out.len() + 3];
        for (i, value) in out.iter_mut().enumerate() {
            let at = 2 * i;
            *value = binomial([line[at], line[at + 1], line[at + 2], line[at + 3], line[at + 4]]);
        }
    }
}

#[inline(always)]
fn binomial([a, b, c, d, e]: [f32; 5]) -> f32 {
    ((a + e) + 4.0 * (b + d) + 6.0 * c) / 16.0
}

/// Inserts zeros between pixels and blurs with four times the binomial taps: to the given `(height, width)`.
///
/// # Panics
///
/// If `size` is not one whose half is the image's size (see [`half_size`]).
#[must_use]
pub fn up(image: ArrayView2<'_, f32>, size: (usize, usize)) -> Array2<f32> {
    assert_eq!(half_size(size), image.dim(), "target size {size:?} does not halve to the image's size");
    let wide = up_rows(image, size.1);
    up_rows(wide.t(), size.0).reversed_axes().as_standard_layout().into_owned()
}

/// Doubles every row to `width`: even outputs weigh three coarse pixels `(1, 6, 1) / 8`, odd ones are the mean of two.
/// Beyond the ends OpenCV mirrors on the left (`reflect_101`) and repeats the last coarse pixel on the right.
fn up_rows(image: ArrayView2<'_, f32>, width: usize) -> Array2<f32> {
    let last = image.ncols() - 1;
    Array2::from_shape_fn((image.nrows(), width), |(row, col)| {
        let middle = col / 2;
        let (left, right) = (if middle == 0 { last.min(1) } else { middle - 1 }, last.min(middle + 1));
        if col % 2 == 0 {
            (image[[row, left]] + 6.0 * image[[row, middle]] + image[[row, right]]) / 8.0
        } else {
            (image[[row, middle]] + image[[row, right]]) / 2.0
        }
    })
}
