//! Binomial-5 Gaussian pyramid: taps `[1, 4, 6, 4, 1] / 16`, reflect-101 borders, sizes rounded up.
//!
//! Source: P. Burt, E. Adelson, "The Laplacian Pyramid as a Compact Image Code", IEEE Trans. Communications 1983.
//! Same numbers as OpenCV's `pyrDown` and `pyrUp`.

use ndarray::{Array2, ArrayView2};

use crate::filter;

const TAPS: [f32; 5] = [1.0 / 16.0, 4.0 / 16.0, 6.0 / 16.0, 4.0 / 16.0, 1.0 / 16.0];

/// Height and width one level down: halves, rounded up.
#[must_use]
pub fn half_size((height, width): (usize, usize)) -> (usize, usize) {
    (height.div_ceil(2), width.div_ceil(2))
}

/// Blurs with the binomial taps and keeps every second pixel: `[h, w]` to `[⌈h/2⌉, ⌈w/2⌉]`.
#[must_use]
pub fn down(image: ArrayView2<'_, f32>) -> Array2<f32> {
    let blurred = filter::cols(filter::rows(image, &TAPS).view(), &TAPS);
    blurred.slice(ndarray::s![..;2, ..;2]).to_owned()
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
