use crate::filter::Symmetry::{Even, Odd};
use crate::filter::correlate_line;
use crate::plane::Plane;
use crate::simd::vectorized;

/// Coefficients of `f(x, y) ≈ c + y·b_y + x·b_x + y²·a_yy + x²·a_xx + x·y·a_xy` around every pixel, in the order
/// `[b_y, b_x, a_yy, a_xx, a_xy]`.
pub(super) const COEFFICIENTS: usize = 5;

/// Weighted least squares by correlations: moments of a Gaussian, and the inverse of their matrix.
pub(super) struct PolynomialFit {
    /// `g`, `x·g` and `x²·g` for `x` from 0 to `n`.
    moments: [Vec<f32>; 3],
    inverse_linear: f32,
    inverse_mixed: f32,
    inverse_constant: f32,
    inverse_square: f32,
}

impl PolynomialFit {
    pub(super) fn new(n: usize, sigma: f64) -> Self {
        let weight = |x: usize| (-((x * x) as f64) / (2.0 * sigma * sigma)).exp();
        let total = weight(0) + 2.0 * (1..=n).map(weight).sum::<f64>();
        let moment = |power: i32| -> Vec<f32> {
            (0..=n).map(|x| ((x as f64).powi(power) * weight(x) / total) as f32).collect()
        };
        let mean =
            |power: i32| 2.0 * (1..=n).map(|x| (x as f64).powi(power) * weight(x) / total).sum::<f64>();
        let (second, fourth) = (mean(2), mean(4));
        // 1, x² − second, y² − second, x, y and xy are orthogonal under separable symmetric weights.
        let variance = fourth - second * second;
        Self {
            moments: [moment(0), moment(1), moment(2)],
            inverse_linear: (1.0 / second) as f32,
            inverse_mixed: (1.0 / (second * second)) as f32,
            inverse_constant: (-second / variance) as f32,
            inverse_square: (1.0 / variance) as f32,
        }
    }

    /// Fits every pixel's neighbourhood; beyond the image its border repeats.
    pub(super) fn expand(&self, image: &Plane) -> [Plane; COEFFICIENTS] {
        let (height, width) = image.dim();
        let n = self.moments[0].len() - 1;
        let mut planes: [Plane; COEFFICIENTS] = std::array::from_fn(|_| Plane::zeros((height, width)));
        let mut columns: [Vec<f32>; 3] = std::array::from_fn(|_| vec![0.0; width + 2 * n]);
        for row in 0..height {
            self.correlate_columns(image, row, &mut columns);
            for line in &mut columns {
                let (first, last) = (line[n], line[n + width - 1]);
                line[..n].fill(first);
                line[n + width..].fill(last);
            }
            let rows = planes.each_mut().map(|plane| plane.row_mut(row));
            self.fit_row(&columns, rows);
        }
        planes
    }

    /// Vertical correlations of one row with the three moments, into the middle of `columns`.
    fn correlate_columns(&self, image: &Plane, row: usize, columns: &mut [Vec<f32>; 3]) {
        let (height, width) = image.dim();
        let n = self.moments[0].len() - 1;
        let [value, slope, square] = columns.each_mut().map(|line| &mut line[n..n + width]);
        start_columns(image.row(row), self.moments[0][0], value, slope, square);
        for k in 1..=n {
            let (above, below) = (image.row(row.saturating_sub(k)), image.row((row + k).min(height - 1)));
            let weights = self.moments.each_ref().map(|m| m[k]);
            add_columns((above, below), weights, value, slope, square);
        }
    }

    fn fit_row(&self, columns: &[Vec<f32>; 3], out: [&mut [f32]; COEFFICIENTS]) {
        let [by, bx, ayy, axx, axy] = out;
        let [value, slope, square] = columns.each_ref().map(Vec::as_slice);
        let [g, xg, xxg] = self.moments.each_ref().map(Vec::as_slice);
        correlate_line(slope, g, Even, by);
        correlate_line(value, xg, Odd, bx);
        correlate_line(square, g, Even, ayy);
        correlate_line(value, xxg, Even, axx);
        correlate_line(slope, xg, Odd, axy);
        let mean = &mut vec![0.0; bx.len()];
        correlate_line(value, g, Even, mean);
        let squares = (self.inverse_constant, self.inverse_square);
        multiply(by, self.inverse_linear);
        multiply(bx, self.inverse_linear);
        multiply(axy, self.inverse_mixed);
        combine(mean, squares, ayy);
        combine(mean, squares, axx);
    }
}

vectorized! {
    fn start_columns(pixels: &[f32], weight: f32, value: &mut [f32], slope: &mut [f32], square: &mut [f32]) {
        for (v, p) in value.iter_mut().zip(pixels) {
            *v = weight * p;
        }
        slope.fill(0.0);
        square.fill(0.0);
    }
}

vectorized! {
    fn add_columns(
        rows: (&[f32], &[f32]),
        weights: [f32; 3],
        value: &mut [f32],
        slope: &mut [f32],
        square: &mut [f32],
    ) {
        let width = value.len();
        let (above, below) = (&rows.0[..width], &rows.1[..width]);
        let (slope, square) = (&mut slope[..width], &mut square[..width]);
        for i in 0..width {
            let sum = above[i] + below[i];
            value[i] += weights[0] * sum;
            slope[i] += weights[1] * (below[i] - above[i]);
            square[i] += weights[2] * sum;
        }
    }
}

vectorized! {
    fn multiply(line: &mut [f32], factor: f32) {
        for value in line {
            *value *= factor;
        }
    }
}

vectorized! {
    fn combine(mean: &[f32], factors: (f32, f32), squares: &mut [f32]) {
        for (square, mean) in squares.iter_mut().zip(mean) {
            *square = factors.0 * mean + factors.1 * *square;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn a_polynomial_of_second_degree_is_recovered() {
        let image = Array2::from_shape_fn((15, 17), |(r, c)| {
            let (x, y) = (c as f32 - 8.0, r as f32 - 7.0);
            3.0 + 0.5 * y - 0.25 * x + 0.125 * y * y + 0.3 * x * x - 0.2 * x * y
        });
        let fit = PolynomialFit::new(3, 1.1);
        let planes = fit.expand(&Plane::from_frame(image.view()).unwrap());
        let found = planes.map(|plane| plane.row(7)[8]);
        for (found, expected) in found.into_iter().zip([0.5, -0.25, 0.125, 0.3, -0.2]) {
            assert!((found - expected).abs() < 1e-4, "{found}, expected {expected}");
        }
    }
}
