//! A band-limited texture that can be evaluated anywhere, so that moved frames are exact.

use ndarray::Array2;

/// Wavelength of the shortest wave in pixels.
const SHORTEST_PX: f64 = 7.0;
const WAVES: usize = 24;

/// Sum of plane waves of many directions, lengths and phases, about `0.1..=0.9`.
pub(crate) fn value(x: f64, y: f64) -> f32 {
    let wave = |i: usize| {
        let golden = 0.618_033_988_749_895 * i as f64;
        let angle = std::f64::consts::TAU * golden;
        let wavelength = SHORTEST_PX + 1.3 * i as f64;
        let along = x * angle.cos() + y * angle.sin();
        (std::f64::consts::TAU * (along / wavelength + 3.7 * golden * golden)).sin()
    };
    let sum: f64 = (0..WAVES).map(wave).sum();
    (0.5 + 0.4 * sum / (1.5 * (WAVES as f64).sqrt())).clamp(0.0, 1.0) as f32
}

/// A frame whose pixel at `(x, y)` shows the texture at the position `source` returns.
pub(crate) fn frame((height, width): (usize, usize), source: impl Fn(f64, f64) -> (f64, f64)) -> Array2<f32> {
    Array2::from_shape_fn((height, width), |(row, col)| {
        let (x, y) = source(col as f64, row as f64);
        value(x, y)
    })
}

/// The pair `(from, to)` of a shift: everything in `from` is `(dx, dy)` further in `to`.
pub(crate) fn shifted_pair(size: (usize, usize), (dx, dy): (f64, f64)) -> (Array2<f32>, Array2<f32>) {
    (frame(size, |x, y| (x, y)), frame(size, |x, y| (x - dx, y - dy)))
}
