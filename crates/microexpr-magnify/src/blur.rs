//! Gaussian blur of one plane, without allocation: the numbers of [`microexpr_core::filter::gaussian`].

use microexpr_core::filter::gaussian_kernel;

use crate::pyramid::mirror;

/// Values that are summed at once, in registers.
const BLOCK: usize = 32;

/// A blur with its working space for planes up to the size it was made for.
#[derive(Debug, Clone)]
pub(crate) struct Blur {
    kernel: Vec<f32>,
    /// A row with a margin of the kernel's radius on both sides.
    line: Vec<f32>,
    blurred_rows: Vec<f32>,
}

impl Blur {
    /// `sigma_px` of 0 leaves planes as they are.
    pub(crate) fn new(sigma_px: f64, (height, width): (usize, usize)) -> Self {
        let kernel = if sigma_px > 0.0 { gaussian_kernel(sigma_px as f32) } else { vec![1.0] };
        let line = vec![0.0; width + kernel.len() - 1];
        Self { kernel, line, blurred_rows: vec![0.0; height * width] }
    }

    #[inline(always)]
    pub(crate) fn apply(&mut self, plane: &mut [f32], (height, width): (usize, usize)) {
        let Self { kernel, line, blurred_rows } = self;
        let radius = kernel.len() / 2;
        if radius == 0 {
            return;
        }
        let line = &mut line[..width + 2 * radius];
        for (row, out) in plane.chunks_exact(width).zip(blurred_rows.chunks_exact_mut(width)) {
            line[radius..radius + width].copy_from_slice(row);
            for i in 0..radius {
                line[i] = row[mirror(i as isize - radius as isize, width)];
                line[radius + width + i] = row[mirror((width + i) as isize, width)];
            }
            weighted_sum(kernel, out, |tap| &line[tap..tap + width]);
        }
        for (row, out) in plane.chunks_exact_mut(width).enumerate() {
            weighted_sum(kernel, out, |tap| {
                let source = mirror((row + tap) as isize - radius as isize, height);
                &blurred_rows[source * width..(source + 1) * width]
            });
        }
    }
}

/// `out = Σ kernel[tap] · source(tap)`, for sources of the length of `out`.
#[inline(always)]
fn weighted_sum<'a>(kernel: &[f32], out: &mut [f32], source: impl Fn(usize) -> &'a [f32]) {
    let (blocks, rest) = out.as_chunks_mut::<BLOCK>();
    let done = blocks.len() * BLOCK;
    for (index, out) in blocks.iter_mut().enumerate() {
        let mut sums = [0.0; BLOCK];
        for (tap, weight) in kernel.iter().enumerate() {
            let values = &source(tap).as_chunks::<BLOCK>().0[index];
            sums.iter_mut().zip(values).for_each(|(sum, v)| *sum += weight * v);
        }
        *out = sums;
    }
    rest.fill(0.0);
    for (tap, weight) in kernel.iter().enumerate() {
        rest.iter_mut().zip(&source(tap)[done..]).for_each(|(sum, v)| *sum += weight * v);
    }
}
