//! Operations on every number by itself, on neighbours, and on channels.

use super::window::Window;
use crate::face_mesh::tensor::{Shape, Tensor};

/// `y = x` where `x ≥ 0`, else `slope · x`, with a slope for every channel.
///
/// Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers", ICCV 2015, equation 1.
pub(super) fn rectify(input: &Tensor, slopes: &[f32], output: &mut Tensor) {
    let channels = slopes.len();
    for (y, x) in output.values.chunks_exact_mut(channels).zip(input.values.chunks_exact(channels)) {
        for ((y, x), slope) in y.iter_mut().zip(x).zip(slopes) {
            *y = x.max(0.0) + slope * x.min(0.0);
        }
    }
}

/// `y = a + b`.
pub(super) fn add(a: &Tensor, b: &Tensor, output: &mut Tensor) {
    output.values.iter_mut().zip(&a.values).zip(&b.values).for_each(|((y, a), b)| *y = a + b);
}

/// `y = factor · x`, with one factor or one for every number.
pub(super) fn scale(input: &Tensor, factors: &[f32], output: &mut Tensor) {
    output
        .values
        .iter_mut()
        .zip(&input.values)
        .zip(factors.iter().cycle())
        .for_each(|((y, x), f)| *y = f * x);
}

/// Adds channels of zeros behind those that there are.
pub(super) fn pad_channels(input: &Tensor, output: &mut Tensor) {
    let (old, new) = (input.shape.channels, output.shape.channels);
    for (y, x) in output.values.chunks_exact_mut(new).zip(input.values.chunks_exact(old)) {
        y[..old].copy_from_slice(x);
    }
}

/// The largest number that a window sees, channel by channel.
pub(super) fn max_pool(input: &Tensor, window: &Window, output: &mut Tensor) {
    let Shape { height, width, channels } = output.shape;
    let (down, along) = (window.down(input.shape.height), window.along(input.shape.width));
    let places = (0..height).flat_map(|row| (0..width).map(move |column| (row, column)));
    for ((row, column), out) in places.zip(output.values.chunks_exact_mut(channels)) {
        out.fill(f32::NEG_INFINITY);
        for (_, r) in down.seen(row) {
            for (_, c) in along.seen(column) {
                out.iter_mut().zip(input.at(r, c)).for_each(|(y, x)| *y = y.max(*x));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::window::Padding;
    use super::*;

    fn tensor(shape: [usize; 3], values: &[f32]) -> Tensor {
        Tensor::new(Shape::new(shape[0], shape[1], shape[2]), values.to_vec())
    }

    #[test]
    fn rectification_has_a_slope_for_every_channel() {
        let mut y = tensor([1, 2, 2], &[0.0; 4]);
        rectify(&tensor([1, 2, 2], &[-1.0, -1.0, 2.0, -4.0]), &[0.5, -2.0], &mut y);
        assert_eq!(y.values, [-0.5, 2.0, 2.0, 8.0]);
    }

    #[test]
    fn sums_and_products_are_taken_number_by_number() {
        let a = tensor([1, 1, 3], &[1.0, 2.0, 3.0]);
        let mut y = a.clone();
        add(&a, &tensor([1, 1, 3], &[10.0, 20.0, 30.0]), &mut y);
        assert_eq!(y.values, [11.0, 22.0, 33.0]);
        scale(&a, &[2.0], &mut y);
        assert_eq!(y.values, [2.0, 4.0, 6.0]);
        scale(&a, &[1.0, 0.0, -1.0], &mut y);
        assert_eq!(y.values, [1.0, 0.0, -3.0]);
    }

    #[test]
    fn padding_adds_zeros_behind_the_channels() {
        let mut y = tensor([1, 2, 3], &[0.0; 6]);
        pad_channels(&tensor([1, 2, 1], &[4.0, 5.0]), &mut y);
        assert_eq!(y.values, [4.0, 0.0, 0.0, 5.0, 0.0, 0.0]);
    }

    #[test]
    fn pooling_takes_the_largest_of_every_window() {
        let window = Window { height: 2, width: 2, stride: [2, 2], padding: Padding::Valid };
        let mut y = tensor([1, 2, 1], &[0.0; 2]);
        max_pool(&tensor([2, 4, 1], &[-1.0, -2.0, 5.0, 6.0, -3.0, -4.0, 8.0, 7.0]), &window, &mut y);
        assert_eq!(y.values, [-1.0, 8.0]);
    }
}
