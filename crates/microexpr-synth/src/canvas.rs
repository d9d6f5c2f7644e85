//! What a portrait is painted on.

use microexpr_core::Point;
use ndarray::{Array2, Zip};

use crate::outline;

/// Pixels, and where the face's own coordinates (inter-ocular distances from the middle between the eyes) lie on them.
pub(crate) struct Canvas {
    pub(crate) pixels: Array2<f32>,
    origin: Point,
    unit_px: f64,
}

impl Canvas {
    pub(crate) fn new(pixels: Array2<f32>, origin: Point, unit_px: f64) -> Self {
        Self { pixels, origin, unit_px }
    }

    /// A length of the face in pixels.
    pub(crate) fn px(&self, length: f64) -> f32 {
        (length * self.unit_px) as f32
    }

    /// How much of every pixel lies inside a polygon of face coordinates with an edge `softness` wide.
    pub(crate) fn mask(&self, polygon: &[Point], softness: f64) -> Array2<f32> {
        let polygon: Vec<Point> = polygon.iter().map(|p| self.to_px(*p)).collect();
        outline::mask(&polygon, self.px(softness), self.pixels.dim())
    }

    /// Replaces what lies under `mask` by `ink((row, col), value underneath)`.
    pub(crate) fn paint(&mut self, mask: &Array2<f32>, ink: impl Fn((usize, usize), f32) -> f32) {
        Zip::indexed(&mut self.pixels).and(mask).for_each(|at, pixel, &cover| {
            if cover > 0.0 {
                *pixel += cover * (ink(at, *pixel) - *pixel);
            }
        });
    }

    /// Fills a polygon, see [`Canvas::mask`] and [`Canvas::paint`].
    pub(crate) fn fill(
        &mut self,
        polygon: &[Point],
        softness: f64,
        ink: impl Fn((usize, usize), f32) -> f32,
    ) {
        let mask = self.mask(polygon, softness);
        self.paint(&mask, ink);
    }

    /// Multiplies a polygon by `factor`: a line, a fold, a shadow.
    pub(crate) fn tint(&mut self, polygon: &[Point], softness: f64, factor: f32) {
        self.fill(polygon, softness, |_, under| under * factor);
    }

    /// Multiplies by `1 + gain·exp(−½ (d/σ)²)` about a point: a freckle, a glow, a soft shadow.
    pub(crate) fn spot(&mut self, at: Point, sigma: [f64; 2], gain: f32) {
        let (height, width) = self.pixels.dim();
        let ([x, y], [sx, sy]) = (self.to_px(at), sigma.map(|s| s * self.unit_px));
        let range = |middle: f64, reach: f64, len: usize| {
            ((middle - reach).max(0.0) as usize).min(len)..((middle + reach).max(0.0) as usize + 1).min(len)
        };
        for row in range(y, 4.0 * sy, height) {
            for col in range(x, 4.0 * sx, width) {
                let (dx, dy) = ((col as f64 - x) / sx, (row as f64 - y) / sy);
                self.pixels[[row, col]] *= 1.0 + gain * (-0.5 * (dx * dx + dy * dy)).exp() as f32;
            }
        }
    }

    fn to_px(&self, p: Point) -> Point {
        [self.origin[0] + p[0] * self.unit_px, self.origin[1] + p[1] * self.unit_px]
    }
}
