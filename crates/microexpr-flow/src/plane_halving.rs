//! Halving a plane row by row.

use microexpr_core::{border::reflect_101, vectorized};

use crate::plane::Plane;

/// A plane of half the size, rounded up, that grows while the rows of the full one become known.
///
/// Binomial taps `[1, 4, 6, 4, 1] / 16` and reflect-101 borders: OpenCV's `pyrDown`.
pub(crate) struct HalvedRows {
    full: (usize, usize),
    data: Vec<f32>,
    /// A blended row with two values more on either side.
    line: Vec<f32>,
}

impl HalvedRows {
    /// For a plane of height and width `full`.
    pub(crate) fn new(full: (usize, usize)) -> Self {
        let (height, width) = (full.0.div_ceil(2), full.1.div_ceil(2));
        Self { full, data: Vec::with_capacity(height * width), line: vec![0.0; full.1 + 4] }
    }

    /// Makes what rows it can now that the first `known` rows of the full plane are known: of those `row` gives it the last five,
    /// or any if they come all at once.
    pub(crate) fn take<'a>(&mut self, known: usize, row: impl Fn(usize) -> &'a [f32]) {
        let ((height, full_width), width) = (self.full, self.full.1.div_ceil(2));
        loop {
            let middle = 2 * (self.data.len() / width);
            if middle >= height || (middle + 2).min(height - 1) >= known {
                return;
            }
            let tap = |k: usize| row(reflect_101((middle + k) as isize - 2, height));
            blend_rows([tap(0), tap(1), tap(2), tap(3), tap(4)], &mut self.line[2..full_width + 2]);
            mirror_ends(&mut self.line, full_width);
            // Row by row the zeros are overwritten before they leave the cache.
            let start = self.data.len();
            self.data.resize(start + width, 0.0);
            thin_row(&self.line, &mut self.data[start..]);
        }
    }

    /// The half, all rows of the full plane being known.
    pub(crate) fn into_plane(self) -> Plane {
        Plane::from_data((self.full.0.div_ceil(2), self.full.1.div_ceil(2)), self.data)
    }
}

vectorized! {
    fn blend_rows(taps: [&[f32]; 5], out: &mut [f32]) {
        let [a, b, c, d, e] = taps.map(|t| &t[..out.len()]);
        for (i, value) in out.iter_mut().enumerate() {
            *value = binomial([a[i], b[i], c[i], d[i], e[i]]);
        }
    }
}

vectorized! {
    /// Every second binomial sum of `line`, the first one around `line[2]`.
    fn thin_row(line: &[f32], out: &mut [f32]) {
        let line = &line[..2 * out.len() + 3];
        for (i, value) in out.iter_mut().enumerate() {
            let at = 2 * i;
            *value = binomial([line[at], line[at + 1], line[at + 2], line[at + 3], line[at + 4]]);
        }
    }
}

#[inline(always)]
fn binomial([a, b, c, d, e]: [f32; 5]) -> f32 {
    ((a + e) + 4.0 * (b + d) + 6.0 * c) * (1.0 / 16.0)
}

/// Fills the two values before and after `line[2..width + 2]` by reflection.
fn mirror_ends(line: &mut [f32], width: usize) {
    for (outside, target) in [(-2, 0), (-1, 1), (width as isize, width + 2), (width as isize + 1, width + 3)]
    {
        line[target] = line[2 + reflect_101(outside, width)];
    }
}
