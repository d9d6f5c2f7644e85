use microexpr_core::vectorized;

use crate::lanes::LANES;
use crate::plane::Plane;

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
        fit(self, columns.each_ref().map(Vec::as_slice), out);
    }
}

vectorized! {
    /// Horizontal correlations of a row, all at once while its values are in registers.
    fn fit(of: &PolynomialFit, columns: [&[f32]; 3], out: [&mut [f32]; COEFFICIENTS]) {
        let [by, bx, ayy, axx, axy] = out;
        let width = by.len();
        let whole = width - width % LANES;
        for at in (0..whole).step_by(LANES) {
            let found = fit_register::<LANES>(of, columns, at);
            by[at..at + LANES].copy_from_slice(&found[0]);
            bx[at..at + LANES].copy_from_slice(&found[1]);
            ayy[at..at + LANES].copy_from_slice(&found[2]);
            axx[at..at + LANES].copy_from_slice(&found[3]);
            axy[at..at + LANES].copy_from_slice(&found[4]);
        }
        for at in whole..width {
            let found = fit_register::<1>(of, columns, at);
            (by[at], bx[at], ayy[at], axx[at], axy[at]) =
                (found[0][0], found[1][0], found[2][0], found[3][0], found[4][0]);
        }
    }
}

/// The coefficients of `N` neighbouring pixels.
#[inline(always)]
fn fit_register<const N: usize>(
    of: &PolynomialFit,
    columns: [&[f32]; 3],
    at: usize,
) -> [[f32; N]; COEFFICIENTS] {
    let [value, slope, square] = columns;
    let [g, xg, xxg] = [&of.moments[0][..], &of.moments[1][..], &of.moments[2][..]];
    let n = g.len() - 1;
    let (v, s, q) = (&value[at + n..][..N], &slope[at + n..][..N], &square[at + n..][..N]);
    let (mut mean, mut by, mut ayy) = ([0.0; N], [0.0; N], [0.0; N]);
    let (mut bx, mut axx, mut axy) = ([0.0; N], [0.0; N], [0.0; N]);
    for lane in 0..N {
        (mean[lane], by[lane], ayy[lane]) = (g[0] * v[lane], g[0] * s[lane], g[0] * q[lane]);
    }
    for k in 1..=n {
        let (v0, v1) = (&value[at + n - k..][..N], &value[at + n + k..][..N]);
        let (s0, s1) = (&slope[at + n - k..][..N], &slope[at + n + k..][..N]);
        let (q0, q1) = (&square[at + n - k..][..N], &square[at + n + k..][..N]);
        for lane in 0..N {
            let sum = v1[lane] + v0[lane];
            mean[lane] += g[k] * sum;
            axx[lane] += xxg[k] * sum;
            bx[lane] += xg[k] * (v1[lane] - v0[lane]);
            by[lane] += g[k] * (s1[lane] + s0[lane]);
            axy[lane] += xg[k] * (s1[lane] - s0[lane]);
            ayy[lane] += g[k] * (q1[lane] + q0[lane]);
        }
    }
    for lane in 0..N {
        by[lane] *= of.inverse_linear;
        bx[lane] *= of.inverse_linear;
        axy[lane] *= of.inverse_mixed;
        ayy[lane] = of.inverse_constant * mean[lane] + of.inverse_square * ayy[lane];
        axx[lane] = of.inverse_constant * mean[lane] + of.inverse_square * axx[lane];
    }
    [by, bx, ayy, axx, axy]
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
        let planes = fit.expand(&Plane::from_array(image.view()));
        let found = planes.map(|plane| plane.row(7)[8]);
        for (found, expected) in found.into_iter().zip([0.5, -0.25, 0.125, 0.3, -0.2]) {
            assert!((found - expected).abs() < 1e-4, "{found}, expected {expected}");
        }
    }
}
