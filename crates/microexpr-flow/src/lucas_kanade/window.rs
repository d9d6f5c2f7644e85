//! Square windows of an image at sub-pixel positions.

use microexpr_core::border::reflect_101;

use crate::plane::Plane;
use crate::simd::vectorized;

const LANES: usize = 8;
/// Coefficients under a cubic spline: one before the pixel, two after it.
const SPLINE_TAPS: usize = 4;

/// `side`×`side` samples one pixel apart, in rows padded to whole SIMD registers.
#[derive(Debug, Clone, Default)]
pub(super) struct Window {
    side: usize,
    stride: usize,
    samples: Vec<f32>,
    lines: Vec<f32>,
    mirrored: Vec<f32>,
}

impl Window {
    pub(super) fn new(side: usize) -> Self {
        let stride = side.next_multiple_of(LANES);
        Self {
            side,
            stride,
            samples: vec![0.0; side * stride],
            lines: vec![0.0; (side + SPLINE_TAPS - 1) * stride],
            mirrored: vec![0.0; stride + SPLINE_TAPS - 1],
        }
    }

    pub(super) fn row(&self, row: usize) -> &[f32] {
        &self.samples[row * self.stride..][..self.side]
    }

    /// Takes samples centred at `(x, y)` of the cubic spline `image`; outside, it is mirrored.
    pub(super) fn sample(&mut self, image: &Plane, x: f64, y: f64) {
        let (height, width) = image.dim();
        let radius = (self.side / 2) as f64;
        // Far outside nothing can be found; this keeps the indices small.
        let x = x.clamp(-radius - 4.0, width as f64 + radius + 4.0) - radius;
        let y = y.clamp(-radius - 4.0, height as f64 + radius + 4.0) - radius;
        let (left, top) = (x.floor() as isize - 1, y.floor() as isize - 1);
        let (wx, wy) = (spline_weights(x - x.floor()), spline_weights(y - y.floor()));
        interpolate(image, (left, top), (wx, wy), self);
    }

    /// Scharr derivatives `(∂x, ∂y)` of the samples, `inner` being the window without its border.
    pub(super) fn gradients(&self, inner_x: &mut Self, inner_y: &mut Self) {
        for row in 0..inner_x.side {
            let rows = [self.row(row), self.row(row + 1), self.row(row + 2)];
            let to_x = &mut inner_x.samples[row * inner_x.stride..][..inner_x.side];
            let to_y = &mut inner_y.samples[row * inner_y.stride..][..inner_y.side];
            scharr(rows, to_x, to_y);
        }
    }

    /// Sets samples whose position, centred at `(x, y)`, lies outside an image to zero.
    pub(super) fn clear_outside(&mut self, (height, width): (usize, usize), x: f64, y: f64) {
        let radius = (self.side / 2) as f64;
        let inside = |at: f64, len: usize| at >= -0.5 && at <= len as f64 - 0.5;
        let all_inside = |at: f64, len: usize| inside(at - radius, len) && inside(at + radius, len);
        if all_inside(x, width) && all_inside(y, height) {
            return;
        }
        for row in 0..self.side {
            let row_inside = inside(y - radius + row as f64, height);
            for col in 0..self.side {
                if !(row_inside && inside(x - radius + col as f64, width)) {
                    self.samples[row * self.stride + col] = 0.0;
                }
            }
        }
    }

    /// Σ a·b. The padding of one of them must be zero.
    pub(super) fn dot(&self, other: &Self) -> f64 {
        sum_of_products(&self.samples, &other.samples)
    }

    /// Σ (image − template)·gradient for both gradients, whose padding is zero.
    pub(super) fn mismatch(&self, template: &Template) -> [f64; 2] {
        let Template { pixels, dx, dy, .. } = template;
        sums_of_weighted_differences(&self.samples, &pixels.samples, &dx.samples, &dy.samples)
    }

    /// Mean absolute difference of the samples.
    pub(super) fn mean_difference(&self, other: &Self) -> f64 {
        let differences = (0..self.side).flat_map(|row| self.row(row).iter().zip(other.row(row)));
        differences.map(|(a, b)| f64::from((a - b).abs())).sum::<f64>() / (self.side * self.side) as f64
    }
}

/// The window of a point in the template frame, and what Newton's method needs of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Template {
    wide: Window,
    pixels: Window,
    dx: Window,
    dy: Window,
}

impl Template {
    pub(super) fn new(side: usize) -> Self {
        Self {
            wide: Window::new(side + 2),
            pixels: Window::new(side),
            dx: Window::new(side),
            dy: Window::new(side),
        }
    }

    pub(super) fn pixels(&self) -> &Window {
        &self.pixels
    }

    /// Takes the window centred at `(x, y)`; returns the entries `[xx, xy, yy]` of its mean gradient matrix.
    pub(super) fn take(&mut self, image: &Plane, x: f64, y: f64) -> [f64; 3] {
        self.wide.sample(image, x, y);
        let side = self.pixels.side;
        for row in 0..side {
            let stride = self.pixels.stride;
            self.pixels.samples[row * stride..][..side].copy_from_slice(&self.wide.row(row + 1)[1..=side]);
        }
        self.wide.gradients(&mut self.dx, &mut self.dy);
        self.dx.clear_outside(image.dim(), x, y);
        self.dy.clear_outside(image.dim(), x, y);
        let area = (side * side) as f64;
        [self.dx.dot(&self.dx) / area, self.dx.dot(&self.dy) / area, self.dy.dot(&self.dy) / area]
    }
}

vectorized! {
    fn scharr(rows: [&[f32]; 3], to_x: &mut [f32], to_y: &mut [f32]) {
        let n = to_x.len();
        let [above, middle, below] = rows.map(|row| [&row[..n], &row[1..n + 1], &row[2..n + 2]]);
        for (i, (gx, gy)) in to_x.iter_mut().zip(to_y).enumerate() {
            let (left, right) = (3.0 * (above[0][i] + below[0][i]), 3.0 * (above[2][i] + below[2][i]));
            *gx = (right - left + 10.0 * (middle[2][i] - middle[0][i])) / 32.0;
            let (up, down) = (3.0 * (above[0][i] + above[2][i]), 3.0 * (below[0][i] + below[2][i]));
            *gy = (down - up + 10.0 * (below[1][i] - above[1][i])) / 32.0;
        }
    }
}

vectorized! {
    /// Values of the spline in a window whose first coefficient is at `(left, top)`.
    fn interpolate(
        image: &Plane,
        first: (isize, isize),
        weights: ([f32; SPLINE_TAPS], [f32; SPLINE_TAPS]),
        window: &mut Window,
    ) {
        match window.stride {
            // The usual window of 21×21 and its border: a known stride makes the loops twice as fast.
            24 => interpolate_window(24, image, first, weights, window),
            stride => interpolate_window(stride, image, first, weights, window),
        }
    }
}

#[inline(always)]
fn interpolate_window(
    stride: usize,
    image: &Plane,
    first: (isize, isize),
    weights: ([f32; SPLINE_TAPS], [f32; SPLINE_TAPS]),
    window: &mut Window,
) {
    let Window { samples, lines, mirrored, .. } = window;
    let height = image.dim().0;
    let inside = first.1 >= 0 && first.1 as usize + lines.len() / stride <= height;
    for (i, line) in lines.chunks_exact_mut(stride).enumerate() {
        let row = first.1 + i as isize;
        let source = image.row(if inside { row as usize } else { reflect_101(row, height) });
        interpolate_row(coefficients(source, first.0, mirrored), weights.0, line);
    }
    for (i, row) in samples.chunks_exact_mut(stride).enumerate() {
        interpolate_col(&lines[i * stride..], stride, weights.1, row);
    }
}

vectorized! {
    fn sum_of_products(a: &[f32], b: &[f32]) -> f64 {
        let mut sums = [0.0_f32; LANES];
        for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
            for lane in 0..LANES {
                sums[lane] += a[lane] * b[lane];
            }
        }
        sums.iter().map(|s| f64::from(*s)).sum()
    }
}

vectorized! {
    fn sums_of_weighted_differences(a: &[f32], b: &[f32], x: &[f32], y: &[f32]) -> [f64; 2] {
        let (mut sums_x, mut sums_y) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        let differences = a.chunks_exact(LANES).zip(b.chunks_exact(LANES));
        for ((a, b), (x, y)) in differences.zip(x.chunks_exact(LANES).zip(y.chunks_exact(LANES))) {
            for lane in 0..LANES {
                let difference = a[lane] - b[lane];
                sums_x[lane] += difference * x[lane];
                sums_y[lane] += difference * y[lane];
            }
        }
        [sums_x, sums_y].map(|sums| sums.iter().map(|s| f64::from(*s)).sum())
    }
}

/// The coefficients of `source` from `left` on: the row itself where it reaches, else a copy with mirrored ends.
#[inline(always)]
fn coefficients<'a>(source: &'a [f32], left: isize, mirrored: &'a mut [f32]) -> &'a [f32] {
    if left >= 0 && left as usize + mirrored.len() <= source.len() {
        return &source[left as usize..][..mirrored.len()];
    }
    for (i, value) in mirrored.iter_mut().enumerate() {
        *value = source[reflect_101(left + i as isize, source.len())];
    }
    mirrored
}

/// Weighs four pixels side by side, a register at a time.
#[inline(always)]
fn interpolate_row(pixels: &[f32], w: [f32; SPLINE_TAPS], out: &mut [f32]) {
    for (i, out) in out.chunks_exact_mut(LANES).enumerate() {
        let from = &pixels[i * LANES..][..LANES + SPLINE_TAPS - 1];
        let mut register = [0.0; LANES];
        for lane in 0..LANES {
            register[lane] =
                (w[0] * from[lane] + w[1] * from[lane + 1]) + (w[2] * from[lane + 2] + w[3] * from[lane + 3]);
        }
        out.copy_from_slice(&register);
    }
}

/// Weighs four lines one below the other, a register at a time.
#[inline(always)]
fn interpolate_col(lines: &[f32], stride: usize, w: [f32; SPLINE_TAPS], out: &mut [f32]) {
    for (i, out) in out.chunks_exact_mut(LANES).enumerate() {
        let [a, b, c, d] = std::array::from_fn(|k| &lines[k * stride + i * LANES..][..LANES]);
        let mut register = [0.0; LANES];
        for lane in 0..LANES {
            register[lane] = (w[0] * a[lane] + w[1] * b[lane]) + (w[2] * c[lane] + w[3] * d[lane]);
        }
        out.copy_from_slice(&register);
    }
}

/// Weights of the spline coefficients at −1, 0, 1, 2 for a position `t` in `0..1`.
fn spline_weights(t: f64) -> [f32; SPLINE_TAPS] {
    let (s, t2, t3) = (1.0 - t, t * t, t * t * t);
    [s * s * s, 4.0 - 6.0 * t2 + 3.0 * t3, 1.0 + 3.0 * (t + t2 - t3), t3].map(|w| (w / 6.0) as f32)
}
