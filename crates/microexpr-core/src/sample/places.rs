//! Positions anywhere on a line: pixels, then weights, then sums of several registers of them.

use ndarray::ArrayView2;

use super::{LANES, REGISTERS, bicubic_at, cubic_weights};

/// Positions, each limited to the image.
pub(super) struct Places {
    x: Axis,
    y: Axis,
}

impl Places {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { x: Axis::new(), y: Axis::new() }
    }

    /// Takes up the positions `start`, `start + step`, … on an image of `(height, width)`.
    #[inline(always)]
    pub(super) fn put(
        &mut self,
        (height, width): (usize, usize),
        start: [f64; 2],
        step: [f32; 2],
        registers: usize,
    ) {
        self.x.put(width, start[0], step[0], registers);
        self.y.put(height, start[1], step[1], registers);
    }

    /// The values at the positions of a register; `pixels` are those of the image, row by row.
    #[inline(always)]
    pub(super) fn sample(
        &self,
        image: ArrayView2<'_, f32>,
        pixels: Option<&[f32]>,
        register: usize,
    ) -> [f32; LANES] {
        match pixels {
            Some(pixels) if self.are_inside(image.dim(), register) => {
                self.sample_inside(pixels, image.dim().1, register)
            }
            _ => self.sample_at_border(image, register),
        }
    }

    /// Whether all pixels around lie within the image: on a line the first and the last position speak for all.
    #[inline(always)]
    fn are_inside(&self, (height, width): (usize, usize), register: usize) -> bool {
        let (columns, rows) = (&self.x.pixel[register], &self.y.pixel[register]);
        [0, LANES - 1].iter().all(|end| {
            let (column, row) = (columns[*end], rows[*end]);
            column >= 1 && row >= 1 && column as usize + 3 <= width && row as usize + 3 <= height
        })
    }

    #[inline(always)]
    fn sample_inside(&self, pixels: &[f32], width: usize, register: usize) -> [f32; LANES] {
        // The four columns around each position, its rows weighed: four values side by side.
        let mut columns = [[0.0; 4]; LANES];
        for (lane, columns) in columns.iter_mut().enumerate() {
            let (column, row) = (self.x.pixel[register][lane], self.y.pixel[register][lane]);
            let around = &pixels[(row as usize - 1) * width + column as usize - 1..][..3 * width + 4];
            let line = |row: usize| &around[row * width..][..4];
            let (a, b, c, d) = (line(0), line(1), line(2), line(3));
            let [wa, wb, wc, wd] = &self.y.weights[register];
            for tap in 0..4 {
                columns[tap] =
                    ((wa[lane] * a[tap] + wb[lane] * b[tap]) + wc[lane] * c[tap]) + wd[lane] * d[tap];
            }
        }
        let [wa, wb, wc, wd] = &self.x.weights[register];
        let mut values = [0.0; LANES];
        for lane in 0..LANES {
            let [a, b, c, d] = columns[lane];
            values[lane] = (a * wa[lane] + b * wb[lane]) + (c * wc[lane] + d * wd[lane]);
        }
        values
    }

    /// Pixels outside the image repeat the border.
    fn sample_at_border(&self, image: ArrayView2<'_, f32>, register: usize) -> [f32; LANES] {
        std::array::from_fn(|lane| {
            let pixel = [&self.x, &self.y].map(|axis| axis.pixel[register][lane] as usize);
            let [x, y] = [&self.x, &self.y].map(|axis| axis.weights[register].map(|weights| weights[lane]));
            bicubic_at(image, pixel, &x, &y)
        })
    }
}

/// Where the positions lie along one axis.
struct Axis {
    /// The pixel before each.
    pixel: [[i32; LANES]; REGISTERS],
    /// How far behind it.
    fraction: [[f32; LANES]; REGISTERS],
    /// Of the four pixels around.
    weights: [[[f32; LANES]; 4]; REGISTERS],
}

/// From here on `f32` has whole numbers only, one after the other: adding it rounds any image's positions.
const WHOLE_ABOVE: f32 = 12_582_912.0;

impl Axis {
    #[inline(always)]
    fn new() -> Self {
        Self {
            pixel: [[0; LANES]; REGISTERS],
            fraction: [[0.0; LANES]; REGISTERS],
            weights: [[[0.0; LANES]; 4]; REGISTERS],
        }
    }

    /// Only the first position needs the precision of `f64`, the others are counted from the pixel it lies in.
    #[inline(always)]
    fn put(&mut self, length: usize, start: f64, step: f32, registers: usize) {
        let last = (length - 1) as f64;
        let base = start.max(0.0).min(last).floor();
        let mut first = (start - base) as f32;
        let (lowest, highest) = (-base as f32, (last - base) as f32);
        for (pixel, fraction) in self.pixel.iter_mut().zip(&mut self.fraction).take(registers) {
            for lane in 0..LANES {
                let at = (first + lane as i32 as f32 * step).max(lowest).min(highest);
                // The whole number below by vector instructions, which `floor` and `as i32` are not made of on every processor.
                let nearest = at + WHOLE_ABOVE - WHOLE_ABOVE;
                let below = nearest - if nearest > at { 1.0 } else { 0.0 };
                let whole = (below + WHOLE_ABOVE).to_bits().wrapping_sub(WHOLE_ABOVE.to_bits()) as i32;
                fraction[lane] = at - below;
                pixel[lane] = whole.wrapping_add(base as i32);
            }
            first += LANES as f32 * step;
        }
        for (fraction, weights) in self.fraction.iter().zip(&mut self.weights).take(registers) {
            *weights = cubic_weights(*fraction);
        }
    }
}
