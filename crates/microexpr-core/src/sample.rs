//! Sub-pixel sampling; positions outside the image take the nearest border pixel.

mod row_of_pixels;

use ndarray::ArrayView2;

use crate::vectorized;

/// Bilinear interpolation at column `x` and row `y`, in pixels.
///
/// # Panics
///
/// If the image is empty.
#[must_use]
pub fn bilinear(image: ArrayView2<'_, f32>, x: f32, y: f32) -> f32 {
    let (height, width) = image.dim();
    let x = x.clamp(0.0, (width - 1) as f32);
    let y = y.clamp(0.0, (height - 1) as f32);
    let (col, row) = (x as usize, y as usize);
    let (right, below) = ((col + 1).min(width - 1), (row + 1).min(height - 1));
    let (fx, fy) = (x - col as f32, y - row as f32);
    let upper = image[[row, col]] + fx * (image[[row, right]] - image[[row, col]]);
    let lower = image[[below, col]] + fx * (image[[below, right]] - image[[below, col]]);
    upper + fy * (lower - upper)
}

/// Bicubic interpolation (Catmull-Rom, exact for quadratics) at column `x` and row `y`, in pixels.
///
/// Source: R. Keys, "Cubic Convolution Interpolation for Digital Image Processing", IEEE TASSP 1981, with a = −0.5.
///
/// # Panics
///
/// If the image is empty.
#[must_use]
pub fn bicubic(image: ArrayView2<'_, f32>, x: f32, y: f32) -> f32 {
    assert!(!image.is_empty(), "an empty image has no values");
    let [value] = Places::<1>::new(image.dim(), |_| f64::from(x), |_| f64::from(y)).sample(image);
    value
}

vectorized! {
    /// [`bicubic`] at `out.len()` positions on a line: `start`, `start + step`, … (`[x, y]` in pixels).
    ///
    /// Much faster than single positions if the image's rows are contiguous, most of all along a row in steps of about a pixel.
    ///
    /// # Panics
    ///
    /// If the image is empty.
    pub fn bicubic_line(image: ArrayView2<'_, f32>, start: [f64; 2], step: [f64; 2], out: &mut [f32]) {
        assert!(!image.is_empty(), "an empty image has no values");
        let far = (LANES as f64 * step[0], LANES as f64 * step[1]);
        let step = [step[0] as f32, step[1] as f32];
        for (block, out) in out.chunks_mut(LANES).enumerate() {
            let first = [start[0] + block as f64 * far.0, start[1] + block as f64 * far.1];
            let along_a_row = image.as_slice().and_then(|pixels| row_of_pixels::sample(pixels, image.dim(), first, step));
            let values = along_a_row.unwrap_or_else(|| Places::on_line(image.dim(), first, step).sample(image));
            match <&mut [f32; LANES]>::try_from(&mut *out) {
                Ok(whole) => *whole = values,
                Err(_) => out.copy_from_slice(&values[..out.len()]),
            }
        }
    }
}

/// From here on `f32` has whole numbers only, one after the other: adding it rounds any image's positions.
const WHOLE_ABOVE: f32 = 12_582_912.0;

/// Positions sampled at once.
const LANES: usize = 8;

/// Some positions, each limited to the image: the pixel above and left of it, and the weights of the rows and columns around.
struct Places<const N: usize> {
    height: usize,
    width: usize,
    col: [i32; N],
    row: [i32; N],
    wx: [[f32; N]; 4],
    wy: [[f32; N]; 4],
}

impl<const N: usize> Places<N> {
    #[inline(always)]
    fn new((height, width): (usize, usize), x: impl Fn(usize) -> f64, y: impl Fn(usize) -> f64) -> Self {
        let (mut col, mut row) = ([0; N], [0; N]);
        let (mut fx, mut fy) = ([0.0; N], [0.0; N]);
        for lane in 0..N {
            let x = x(lane).clamp(0.0, (width - 1) as f64);
            let y = y(lane).clamp(0.0, (height - 1) as f64);
            // Exact for every image in memory, and a vector instruction where `as usize` is not.
            let (left, above) = (x as i32, y as i32);
            (col[lane], row[lane]) = (left, above);
            (fx[lane], fy[lane]) = ((x - f64::from(left)) as f32, (y - f64::from(above)) as f32);
        }
        Self { height, width, col, row, wx: cubic_weights(fx), wy: cubic_weights(fy) }
    }

    /// Positions on a line: only the first one needs the precision of `f64`, the others are counted from the pixel it lies in.
    #[inline(always)]
    fn on_line((height, width): (usize, usize), start: [f64; 2], step: [f32; 2]) -> Self {
        let (left, fx, col) = Self::axis(width, start[0], step[0]);
        let (above, fy, row) = Self::axis(height, start[1], step[1]);
        let (wx, wy) = (cubic_weights(fx), cubic_weights(fy));
        Self { height, width, col: col.map(|c| c + left), row: row.map(|r| r + above), wx, wy }
    }

    /// The pixel that the first position lies in, and for every position the fraction of its pixel and its distance in pixels.
    #[inline(always)]
    fn axis(length: usize, start: f64, step: f32) -> (i32, [f32; N], [i32; N]) {
        let last = (length - 1) as f64;
        let base = start.max(0.0).min(last).floor();
        let first = (start - base) as f32;
        let (lowest, highest) = (-base as f32, (last - base) as f32);
        let (mut fraction, mut whole) = ([0.0; N], [0; N]);
        for lane in 0..N {
            let at = (first + lane as i32 as f32 * step).max(lowest).min(highest);
            // The nearest whole number by vector instructions, which `as i32` is not made of.
            let shifted = at + WHOLE_ABOVE;
            let nearest = shifted - WHOLE_ABOVE;
            let too_large = nearest > at;
            fraction[lane] = at - if too_large { nearest - 1.0 } else { nearest };
            whole[lane] = shifted.to_bits().wrapping_sub(WHOLE_ABOVE.to_bits()) as i32 - i32::from(too_large);
        }
        (base as i32, fraction, whole)
    }

    #[inline(always)]
    fn sample(&self, image: ArrayView2<'_, f32>) -> [f32; N] {
        match image.as_slice() {
            Some(pixels) if self.inside() => self.sample_apart(pixels),
            _ => self.sample_at_border(image),
        }
    }

    /// Whether no position is near the border.
    #[inline(always)]
    fn inside(&self) -> bool {
        let (last_col, last_row) = (self.width as i32 - 3, self.height as i32 - 3);
        let mut inside = true;
        for lane in 0..N {
            let (col, row) = (self.col[lane], self.row[lane]);
            inside &= (col >= 1) & (row >= 1) & (col <= last_col) & (row <= last_row);
        }
        inside
    }

    #[inline(always)]
    fn sample_apart(&self, pixels: &[f32]) -> [f32; N] {
        let mut values = [0.0; N];
        for lane in 0..N {
            let first = (self.row[lane] as usize - 1) * self.width + self.col[lane] as usize - 1;
            let around = &pixels[first..][..3 * self.width + 4];
            let mut sums = [0.0; 4];
            for (row, wy) in self.wy.iter().enumerate() {
                let line = &around[row * self.width..][..4];
                for tap in 0..4 {
                    sums[tap] += wy[lane] * line[tap];
                }
            }
            sums.iter_mut().zip(&self.wx).for_each(|(sum, wx)| *sum *= wx[lane]);
            values[lane] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        }
        values
    }

    /// Pixels outside the image repeat the border.
    fn sample_at_border(&self, image: ArrayView2<'_, f32>) -> [f32; N] {
        std::array::from_fn(|lane| {
            let mut value = 0.0;
            for tap_y in 0..4 {
                let row = (self.row[lane] as usize + tap_y).saturating_sub(1).min(self.height - 1);
                let pixel = |tap_x: usize| {
                    image[[row, (self.col[lane] as usize + tap_x).saturating_sub(1).min(self.width - 1)]]
                };
                let line: f32 = (0..4).map(|tap_x| self.wx[tap_x][lane] * pixel(tap_x)).sum();
                value += self.wy[tap_y][lane] * line;
            }
            value
        })
    }
}

/// Weights of the pixels at −1, 0, 1, 2 for positions `t` in `0..1`.
#[inline(always)]
fn cubic_weights<const N: usize>(t: [f32; N]) -> [[f32; N]; 4] {
    let mut w = [[0.0; N]; 4];
    for lane in 0..N {
        let t = t[lane];
        let (t2, t3) = (t * t, t * t * t);
        w[0][lane] = 0.5 * (-t + 2.0 * t2 - t3);
        w[1][lane] = 0.5 * (2.0 - 5.0 * t2 + 3.0 * t3);
        w[2][lane] = 0.5 * (t + 4.0 * t2 - 3.0 * t3);
        w[3][lane] = 0.5 * (t3 - t2);
    }
    w
}
