//! A textured surface, moved exactly.

use microexpr_core::{Clip, Point};
use microexpr_landmarks::PlaneMap;
use ndarray::{Array2, Array3, Axis};

pub(crate) const HEIGHT: usize = 260;
pub(crate) const WIDTH: usize = 280;

/// Smooth texture with structure at many scales, grey values about 0.5.
fn surface([x, y]: Point) -> f64 {
    let waves = [(0.31, 0.12), (-0.17, 0.23), (0.05, 0.41), (0.44, -0.09), (0.11, 0.07), (-0.27, 0.35)];
    let sum: f64 = waves.iter().enumerate().map(|(i, (a, b))| (a * x + b * y + i as f64).sin()).sum();
    0.5 + 0.06 * sum + 0.04 * (0.002 * x * y).cos()
}

/// Deviates of a fixed sequence, nearly normal, with standard deviation `sigma`.
struct Noise {
    state: u64,
    sigma: f64,
}

impl Noise {
    fn new(sigma: f64) -> Self {
        Self { state: 1, sigma }
    }

    fn next(&mut self) -> f64 {
        let mut uniform = || {
            self.state =
                self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let sum: f64 = (0..12).map(|_| uniform()).sum();
        self.sigma * (sum - 6.0)
    }
}

/// A clip whose frame `t` shows the surface moved by `motion(t)` of the head and then `expression(t, p)` at surface point
/// `p`, with noise in grey values of 0 to 255 and rounding to 8 bits.
pub(crate) fn clip(
    frames: usize,
    noise: f64,
    motion: impl Fn(usize) -> PlaneMap,
    expression: impl Fn(usize, Point) -> Point,
) -> Clip {
    let mut noise = Noise::new(noise);
    let mut pixels = Array3::zeros((frames, HEIGHT, WIDTH));
    for t in 0..frames {
        let back = motion(t).inverse().expect("motions have inverses");
        let frame = Array2::from_shape_fn((HEIGHT, WIDTH), |(row, col)| {
            let p = back.apply([col as f64, row as f64]);
            let moved = expression(t, p);
            let grey = 255.0 * surface([p[0] - moved[0], p[1] - moved[1]]) + noise.next();
            (grey.round().clamp(0.0, 255.0) / 255.0) as f32
        });
        pixels.index_axis_mut(Axis(0), t).assign(&frame);
    }
    Clip::new(pixels, 100.0).expect("finite pixels")
}

/// A head that sways by a few pixels and turns by a quarter of a degree.
pub(crate) fn sway(t: usize) -> PlaneMap {
    let t = t as f64;
    let (angle, x, y) = (0.004 * (0.5 * t).sin(), 2.0 * (0.37 * t).sin(), 1.5 * ((0.23 * t).cos() - 1.0));
    PlaneMap::similarity((1.0 + 0.0005 * t) * angle.cos(), angle.sin(), [x, y])
}
