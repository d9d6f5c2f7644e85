//! Gaussian blur of one plane, without allocation: the numbers of [`microexpr_core::filter::gaussian`].

use microexpr_core::border::reflect_101;
use microexpr_core::filter::gaussian_kernel;

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

    pub(crate) fn apply(&mut self, plane: &mut [f32], (height, width): (usize, usize)) {
        let radius = self.kernel.len() / 2;
        if radius == 0 {
            return;
        }
        let line = &mut self.line[..width + 2 * radius];
        for (row, out) in plane.chunks_exact(width).zip(self.blurred_rows.chunks_exact_mut(width)) {
            line[radius..radius + width].copy_from_slice(row);
            for i in 0..radius {
                line[i] = row[reflect_101(i as isize - radius as isize, width)];
                line[radius + width + i] = row[reflect_101((width + i) as isize, width)];
            }
            out.fill(0.0);
            for (shift, weight) in self.kernel.iter().enumerate() {
                out.iter_mut().zip(&line[shift..]).for_each(|(o, v)| *o += weight * v);
            }
        }
        for (row, out) in plane.chunks_exact_mut(width).enumerate() {
            out.fill(0.0);
            for (tap, weight) in self.kernel.iter().enumerate() {
                let source = reflect_101((row + tap) as isize - radius as isize, height);
                let source = &self.blurred_rows[source * width..(source + 1) * width];
                out.iter_mut().zip(source).for_each(|(o, v)| *o += weight * v);
            }
        }
    }
}
