//! Planes split into the two colours of a checkerboard, so that red-black relaxation runs over contiguous memory.

use microexpr_core::vectorized;

use crate::plane::Plane;

/// One value per pixel: pixel `(row, col)` is red where `row + col` is even, else black.
///
/// A row of one colour holds `⌈width/2⌉` values between two zeros; the planes begin and end with a row of zeros.
#[derive(Debug, Clone, Default)]
pub(super) struct Checkerboard {
    half: usize,
    colours: [Vec<f32>; 2],
}

impl Checkerboard {
    /// Takes a size; the padding becomes zero, other values are arbitrary.
    pub(super) fn resize(&mut self, (height, width): (usize, usize)) {
        let half = width.div_ceil(2);
        for colour in &mut self.colours {
            if self.half != half {
                colour.clear();
            }
            colour.resize((height + 2) * (half + 2), 0.0);
            let last = colour.len() - (half + 2);
            colour[last..].fill(0.0);
        }
        self.half = half;
    }

    /// The padded row of one colour; `row` counts from −1 to `height`.
    #[inline(always)]
    pub(super) fn row(&self, colour: usize, row: isize) -> &[f32] {
        let stride = self.half + 2;
        &self.colours[colour][(row + 1) as usize * stride..][..stride]
    }

    /// The values of a row of one colour, mutably, and all rows of the other colour.
    #[inline(always)]
    pub(super) fn row_and_other(&mut self, colour: usize, row: usize) -> (&mut [f32], OtherColour<'_>) {
        let stride = self.half + 2;
        let [red, black] = &mut self.colours;
        let (own, other) = if colour == 0 { (red, black) } else { (black, red) };
        (&mut own[(row + 1) * stride + 1..][..self.half], OtherColour { stride, values: other })
    }

    pub(super) fn set_row(&mut self, row: usize, values: &[f32]) {
        let stride = self.half + 2;
        let at = (row + 1) * stride + 1;
        let [red, black] = &mut self.colours;
        let (first, second) = if row.is_multiple_of(2) { (red, black) } else { (black, red) };
        split(values, &mut first[at..][..self.half], &mut second[at..][..self.half]);
    }

    pub(super) fn set(&mut self, plane: &Plane) {
        self.resize(plane.dim());
        for row in 0..plane.dim().0 {
            self.set_row(row, plane.row(row));
        }
    }

    pub(super) fn store(&self, plane: &mut Plane) {
        for row in 0..plane.dim().0 {
            let (first, second) = (self.row(row % 2, row as isize), self.row(1 - row % 2, row as isize));
            for (col, value) in plane.row_mut(row).iter_mut().enumerate() {
                *value = if col % 2 == 0 { first[col / 2 + 1] } else { second[col / 2 + 1] };
            }
        }
    }
}

/// The rows of the colour that a relaxation reads while it writes the other one.
#[derive(Clone, Copy)]
pub(super) struct OtherColour<'a> {
    stride: usize,
    values: &'a [f32],
}

impl<'a> OtherColour<'a> {
    /// The padded row; `row` counts from −1 to the height.
    #[inline(always)]
    pub(super) fn row(self, row: isize) -> &'a [f32] {
        &self.values[(row + 1) as usize * self.stride..][..self.stride]
    }
}

vectorized! {
    /// Deals values in turn; a missing last one is zero.
    fn split(values: &[f32], first: &mut [f32], second: &mut [f32]) {
        let pairs = values.len() / 2;
        for i in 0..pairs {
            first[i] = values[2 * i];
            second[i] = values[2 * i + 1];
        }
        if values.len() % 2 == 1 {
            first[pairs] = values[2 * pairs];
            second[pairs] = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn splitting_and_storing_gives_the_plane_back() {
        for size in [(1, 1), (2, 5), (5, 4)] {
            let image = Array2::from_shape_fn(size, |(r, c)| (10 * r + c) as f32);
            let plane = Plane::from_array(image.view());
            let mut board = Checkerboard::default();
            board.resize((7, 9));
            board.set(&plane);
            let mut back = Plane::zeros(size);
            board.store(&mut back);
            assert_eq!(back, plane);
        }
    }
}
