//! Square windows of an image at sub-pixel positions.

use microexpr_core::vectorized;

use super::spline_plane::{Coefficients, SplinePlane, WHOLE};
use super::spline_taps::{SPLINE_TAPS, interpolate_cols, interpolate_row, spline_weights};
use crate::lanes::{LANES, load_whole};

/// Sums kept side by side, four registers of them, so that no addition waits for the one before.
const GROUP: usize = 4 * LANES;
/// Samples that may be read beyond the last one.
const SLACK: usize = 2;

/// `side`×`side` samples one pixel apart, in rows padded to whole SIMD registers.
#[derive(Debug, Clone, Default)]
pub(super) struct Window {
    side: usize,
    stride: usize,
    samples: Vec<f32>,
    lines: Vec<f32>,
}

impl Window {
    pub(super) fn new(side: usize) -> Self {
        let stride = side.next_multiple_of(LANES);
        Self {
            side,
            stride,
            samples: vec![0.0; side * stride + SLACK],
            lines: vec![0.0; (side + SPLINE_TAPS - 1) * stride],
        }
    }

    /// Samples along each side; 0 before there are any.
    pub(super) fn side(&self) -> usize {
        self.side
    }

    #[inline(always)]
    fn row(&self, row: usize) -> &[f32] {
        &self.samples[row * self.stride..][..self.side]
    }

    /// Samples of a row with its padding; of all rows, if those of `outer` are as long: then all can be treated as one.
    #[inline(always)]
    fn long_row(&self, outer: &Self) -> usize {
        if self.stride == outer.stride { self.side * self.stride } else { self.stride }
    }

    /// Takes samples centred at `(x, y)`, a position within reach of the image.
    pub(super) fn sample(&mut self, image: &SplinePlane, x: f64, y: f64) {
        let radius = (self.side / 2) as f64;
        let (x, y) = (x - radius, y - radius);
        let (left, top) = (x.floor() as isize - 1, y.floor() as isize - 1);
        let (wx, wy) = (spline_weights(x - x.floor()), spline_weights(y - y.floor()));
        interpolate(image, (left, top), (wx, wy), self);
    }

    /// Scharr derivatives `(∂x, ∂y)` of the samples, `inner` being the window without its border.
    pub(super) fn gradients(&self, inner_x: &mut Self, inner_y: &mut Self) {
        scharr(self, inner_x, inner_y);
    }

    /// Σ (image − template)·gradient for both gradients, whose padding is zero.
    pub(super) fn mismatch(&self, template: &Template) -> [f64; 2] {
        let Template { pixels, dx, dy, .. } = template;
        sums_of_weighted_differences(&self.samples, &pixels.samples, &dx.samples, &dy.samples)
    }

    /// Mean absolute difference of the samples.
    pub(super) fn mean_difference(&self, other: &Self) -> f64 {
        sum_of_differences(self, other) / (self.side * self.side) as f64
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
    pub(super) fn take(&mut self, image: &SplinePlane, x: f64, y: f64) -> [f64; 3] {
        self.wide.sample(image, x, y);
        let side = self.pixels.side;
        let length = self.pixels.long_row(&self.wide);
        for (row, pixels) in self.pixels.samples.chunks_exact_mut(length).enumerate() {
            // The padding, too: whatever is there, no gradient goes with it.
            pixels.copy_from_slice(&self.wide.samples[(row + 1) * self.wide.stride + 1..][..length]);
        }
        self.wide.gradients(&mut self.dx, &mut self.dy);
        self.clear_gradients_outside(image.dim(), x, y);
        let area = (side * side) as f64;
        gradient_matrix(&self.dx.samples, &self.dy.samples).map(|sum| sum / area)
    }

    /// Sets gradients whose position, the window centred at `(x, y)`, lies outside an image to zero.
    fn clear_gradients_outside(&mut self, (height, width): (usize, usize), x: f64, y: f64) {
        let side = self.dx.side;
        let radius = (side / 2) as f64;
        let inside = |at: f64, len: usize| at >= -0.5 && at <= len as f64 - 0.5;
        let all_inside = |at: f64, len: usize| inside(at - radius, len) && inside(at + radius, len);
        if all_inside(x, width) && all_inside(y, height) {
            return;
        }
        let outside = |middle: f64, len: usize| {
            let first = (0..side).take_while(|i| middle - radius + (*i as f64) < -0.5).count();
            let last = (0..side).rev().take_while(|i| middle - radius + *i as f64 > len as f64 - 0.5).count();
            (first, side - last.min(side - first))
        };
        let ((left, right), (top, bottom)) = (outside(x, width), outside(y, height));
        for gradient in [&mut self.dx, &mut self.dy] {
            for (row, samples) in gradient.samples.chunks_exact_mut(gradient.stride).enumerate() {
                if row < top || row >= bottom {
                    samples.fill(0.0);
                } else {
                    samples[..left].fill(0.0);
                    samples[right..].fill(0.0);
                }
            }
        }
    }
}

vectorized! {
    /// Derivatives of whole rows. Beyond the inner window they mix rows: what comes of that is cleared.
    fn scharr(window: &Window, inner_x: &mut Window, inner_y: &mut Window) {
        let (side, stride, outer_stride) = (inner_x.side, inner_x.stride, window.stride);
        let length = inner_x.long_row(window);
        let long_x = inner_x.samples.chunks_exact_mut(length);
        let long_y = inner_y.samples.chunks_exact_mut(length);
        for (row, (to_x, to_y)) in long_x.zip(long_y).enumerate() {
            let above = &window.samples[row * outer_stride..];
            let (middle, below) = (&above[outer_stride..], &above[2 * outer_stride..]);
            derivatives_along(above, middle, below, to_x);
            derivatives_across(above, below, to_y);
        }
        // Column by column, as a few values of a row are not worth a call of `memset`.
        for col in side..stride {
            for row in 0..side {
                inner_x.samples[row * stride + col] = 0.0;
                inner_y.samples[row * stride + col] = 0.0;
            }
        }
    }
}

#[inline(always)]
fn derivatives_along(above: &[f32], middle: &[f32], below: &[f32], out: &mut [f32]) {
    let length = out.len();
    let (above, middle, below) = (&above[..length + 2], &middle[..length + 2], &below[..length + 2]);
    for i in 0..length {
        let (left, right) = (3.0 * (above[i] + below[i]), 3.0 * (above[i + 2] + below[i + 2]));
        out[i] = ((right - left) + 10.0 * (middle[i + 2] - middle[i])) * (1.0 / 32.0);
    }
}

#[inline(always)]
fn derivatives_across(above: &[f32], below: &[f32], out: &mut [f32]) {
    let length = out.len();
    let (above, below) = (&above[..length + 2], &below[..length + 2]);
    for i in 0..length {
        let (up, down) = (3.0 * (above[i] + above[i + 2]), 3.0 * (below[i] + below[i + 2]));
        out[i] = ((down - up) + 10.0 * (below[i + 1] - above[i + 1])) * (1.0 / 32.0);
    }
}

vectorized! {
    /// Values of the spline in a window whose first coefficient is at `(left, top)`.
    fn interpolate(
        image: &SplinePlane,
        first: (isize, isize),
        weights: ([f32; SPLINE_TAPS], [f32; SPLINE_TAPS]),
        window: &mut Window,
    ) {
        match window.stride {
            // Windows of 21×21, 29×29 and 15×15, and their borders: a known stride makes the loops twice as fast.
            32 => interpolate_window(32, image, first, weights, window),
            24 => interpolate_window(24, image, first, weights, window),
            16 => interpolate_window(16, image, first, weights, window),
            stride => interpolate_window(stride, image, first, weights, window),
        }
    }
}

#[inline(always)]
fn interpolate_window(
    stride: usize,
    image: &SplinePlane,
    (left, top): (isize, isize),
    weights: ([f32; SPLINE_TAPS], [f32; SPLINE_TAPS]),
    window: &mut Window,
) {
    let Window { side, samples, lines, .. } = window;
    let lines_by_row = (top..).zip(lines.chunks_exact_mut(stride));
    match image.coefficients() {
        Coefficients::Grey(values) => {
            for (row, line) in lines_by_row {
                interpolate_row(&values[image.row_from(row, left)], weights.0, line);
            }
        }
        Coefficients::Whole(values) => {
            let weights = weights.0.map(|w| w * (1.0 / WHOLE) as f32);
            for (row, line) in lines_by_row {
                interpolate_row(&values[image.row_from(row, left)], weights, line);
            }
        }
    }
    interpolate_cols(lines, stride, weights.1, &mut samples[..*side * stride]);
}

vectorized! {
    /// `[Σ x², Σ x·y, Σ y²]`.
    fn gradient_matrix(x: &[f32], y: &[f32]) -> [f64; 3] {
        let (mut xx, mut xy, mut yy) = ([0.0_f32; LANES], [0.0_f32; LANES], [0.0_f32; LANES]);
        for (x, y) in x.chunks_exact(LANES).zip(y.chunks_exact(LANES)) {
            for lane in 0..LANES {
                xx[lane] += x[lane] * x[lane];
                xy[lane] += x[lane] * y[lane];
                yy[lane] += y[lane] * y[lane];
            }
        }
        [sum(&xx), sum(&xy), sum(&yy)]
    }
}

vectorized! {
    /// `Σ |a − b|`.
    fn sum_of_differences(a: &Window, b: &Window) -> f64 {
        let whole = a.side - a.side % LANES;
        let mut sums = [0.0_f32; LANES];
        for row in 0..a.side {
            let (a, b) = (a.row(row), b.row(row));
            for at in (0..whole).step_by(LANES) {
                let (a, b) = (load_whole(a, at), load_whole(b, at));
                for lane in 0..LANES {
                    sums[lane] += (a[lane] - b[lane]).abs();
                }
            }
            for at in whole..a.len() {
                sums[at - whole] += (a[at] - b[at]).abs();
            }
        }
        sum(&sums)
    }
}

vectorized! {
    /// `[Σ (a − b)·x, Σ (a − b)·y]`.
    fn sums_of_weighted_differences(a: &[f32], b: &[f32], x: &[f32], y: &[f32]) -> [f64; 2] {
        let registers = a.len() / LANES * LANES;
        let [a, b, x, y] = [a, b, x, y].map(|samples| samples[..registers].as_chunks::<GROUP>());
        let (mut sums_x, mut sums_y) = ([0.0_f32; GROUP], [0.0_f32; GROUP]);
        for i in 0..a.1.len() {
            let difference = a.1[i] - b.1[i];
            (sums_x[i], sums_y[i]) = (difference * x.1[i], difference * y.1[i]);
        }
        for (((a, b), x), y) in a.0.iter().zip(b.0).zip(x.0).zip(y.0) {
            for i in 0..GROUP {
                let difference = a[i] - b[i];
                sums_x[i] += difference * x[i];
                sums_y[i] += difference * y[i];
            }
        }
        [total(&sums_x), total(&sums_y)]
    }
}

#[inline(always)]
fn total(sums: &[f32; GROUP]) -> f64 {
    let mut lanes = [0.0; LANES];
    for (lane, sum) in lanes.iter_mut().enumerate() {
        let chain = |number: usize| sums[number * LANES + lane];
        *sum = (chain(0) + chain(1)) + (chain(2) + chain(3));
    }
    sum(&lanes)
}

/// Not inlined, so that its callers keep their sums in whole registers: half of the time.
#[inline(never)]
fn sum(lanes: &[f32; LANES]) -> f64 {
    lanes.iter().map(|lane| f64::from(*lane)).sum()
}
