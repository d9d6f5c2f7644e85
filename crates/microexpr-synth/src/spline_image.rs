//! An image as a continuous function.

use microexpr_core::border::reflect_101;
use ndarray::ArrayView2;

/// The cubic B-spline through the pixels of an image, mirrored about its border pixels.
///
/// `f(x, y) = Σ c[i, j]·β³(x − j)·β³(y − i)`, with the coefficients `c` chosen so that `f` equals every pixel at its
/// centre. `f` is twice continuously differentiable, so a shift by any fraction of a pixel is exact for it.
///
/// Source: M. Unser, "Splines: A Perfect Fit for Signal and Image Processing", IEEE Signal Processing Magazine 1999.
#[derive(Debug, Clone, PartialEq)]
pub struct SplineImage {
    size: (usize, usize),
    /// Row after row.
    coefficients: Vec<f32>,
}

impl SplineImage {
    /// Interpolates `image`, `[row, col]`.
    #[must_use]
    pub fn new(image: ArrayView2<'_, f32>) -> Self {
        let mut coefficients = image.mapv(f64::from);
        for mut row in coefficients.rows_mut() {
            let line: Vec<f64> = prefilter(row.to_vec());
            row.assign(&ndarray::ArrayView1::from(&line));
        }
        for mut col in coefficients.columns_mut() {
            let line: Vec<f64> = prefilter(col.to_vec());
            col.assign(&ndarray::ArrayView1::from(&line));
        }
        Self { size: image.dim(), coefficients: coefficients.iter().map(|c| *c as f32).collect() }
    }

    /// Image height and width in pixels.
    #[must_use]
    pub fn dim(&self) -> (usize, usize) {
        self.size
    }

    /// The value at column `x` and row `y`, in pixels.
    ///
    /// # Panics
    ///
    /// If the image is empty.
    #[inline]
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> f32 {
        let (height, width) = self.dim();
        let (left, top) = (floor(x), floor(y));
        let (wx, wy) = (weights((x - left as f64) as f32), weights((y - top as f64) as f32));
        let (col, row) = (left - 1, top - 1);
        if col >= 0 && row >= 0 && col as usize + 4 <= width && row as usize + 4 <= height {
            return self.inside(col as usize, row as usize, wx, wy);
        }
        let mut sum = 0.0;
        for (i, w) in wy.iter().enumerate() {
            let r = reflect_101(row + i as isize, height);
            let line: f32 = (0..4)
                .map(|j| wx[j] * self.coefficients[r * width + reflect_101(col + j as isize, width)])
                .sum();
            sum += w * line;
        }
        sum
    }

    #[inline]
    fn inside(&self, col: usize, row: usize, wx: [f32; 4], wy: [f32; 4]) -> f32 {
        let width = self.size.1;
        let window = &self.coefficients[row * width + col..][..3 * width + 4];
        let line = |r: usize| {
            let c = &window[r * width..r * width + 4];
            wx[0] * c[0] + wx[1] * c[1] + wx[2] * c[2] + wx[3] * c[3]
        };
        wy[0] * line(0) + wy[1] * line(1) + wy[2] * line(2) + wy[3] * line(3)
    }
}

/// `f64::floor` is a function call on processors without SSE 4.1, and this is the innermost loop.
fn floor(x: f64) -> isize {
    let towards_zero = x as isize;
    towards_zero - isize::from(x < towards_zero as f64)
}

/// Values to a sixth of their spline coefficients along one mirrored line: a causal and an anti-causal recursion with the
/// pole `√3 − 2`.
fn prefilter(mut line: Vec<f64>) -> Vec<f64> {
    let n = line.len();
    if n < 2 {
        return line;
    }
    let pole = 3f64.sqrt() - 2.0;
    // The mirrored past of the first pixel; the pole's 40th power is below f64's precision.
    let past: f64 = (1..40).map(|k| pole.powi(k) * line[reflect_101(-(k as isize), n)]).sum();
    line[0] += past;
    for i in 1..n {
        line[i] += pole * line[i - 1];
    }
    line[n - 1] = pole / (pole * pole - 1.0) * (line[n - 1] + pole * line[n - 2]);
    for i in (0..n - 1).rev() {
        line[i] = pole * (line[i + 1] - line[i]);
    }
    line
}

/// `6·β³` at the distances `1 + t`, `t`, `1 − t` and `2 − t`; the sixths are in the coefficients.
#[inline]
fn weights(t: f32) -> [f32; 4] {
    let s = 1.0 - t;
    let (t2, s2) = (t * t, s * s);
    [s2 * s, 4.0 + 3.0 * t2 * (t - 2.0), 4.0 + 3.0 * s2 * (s - 2.0), t2 * t]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn waves(x: f64, y: f64) -> f64 {
        0.5 + 0.2 * (0.5 * x).cos() * (0.35 * y).cos()
    }

    #[test]
    fn pixels_are_reproduced() {
        let image = Array2::from_shape_fn((7, 9), |(r, c)| ((r * 37 + c * 91) % 17) as f32 / 16.0);
        let spline = SplineImage::new(image.view());
        for ((r, c), value) in image.indexed_iter() {
            assert!((spline.at(c as f64, r as f64) - value).abs() < 1e-6);
        }
    }

    #[test]
    fn a_smooth_function_is_followed_between_pixels() {
        let spline = SplineImage::new(
            Array2::from_shape_fn((60, 60), |(r, c)| waves(c as f64, r as f64) as f32).view(),
        );
        for i in 0..100 {
            let (x, y) = (20.0 + 0.173 * f64::from(i), 40.0 - 0.119 * f64::from(i));
            // The spline's error at 0.08 cycles per pixel: (ω/2π)⁴ ζ(4)-like, about 1e-4 of the amplitude.
            assert!((f64::from(spline.at(x, y)) - waves(x, y)).abs() < 1e-4);
        }
    }

    #[test]
    fn the_outside_is_the_mirrored_inside() {
        let spline =
            SplineImage::new(Array2::from_shape_fn((6, 8), |(r, c)| ((r * 5 + c * 3) % 7) as f32).view());
        assert!((spline.at(-1.3, 2.0) - spline.at(1.3, 2.0)).abs() < 1e-5);
        assert!((spline.at(3.0, 6.7) - spline.at(3.0, 3.3)).abs() < 1e-5);
    }
}
