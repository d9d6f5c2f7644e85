use microexpr_core::vectorized;

use crate::plane::Plane;

/// Bilinear resize with aligned pixel centres, as [`microexpr_core::resize::bilinear`], times `gain`.
pub(crate) fn resize(plane: &Plane, dim: (usize, usize), gain: f32) -> Plane {
    let mut out = Plane::zeros(dim);
    let rows = taps(plane.dim().0, dim.0);
    let cols = taps(plane.dim().1, dim.1);
    let mut line = vec![0.0; plane.dim().1];
    for (row, tap) in rows.iter().enumerate() {
        blend(plane.row(tap.first), plane.row(tap.second), (1.0 - tap.part, tap.part), gain, &mut line);
        for (value, tap) in out.row_mut(row).iter_mut().zip(&cols) {
            *value = (1.0 - tap.part) * line[tap.first] + tap.part * line[tap.second];
        }
    }
    out
}

/// Two pixels and the weight of the second.
pub(crate) struct Tap {
    pub(crate) first: usize,
    pub(crate) second: usize,
    pub(crate) part: f32,
}

/// Where `to` pixels along a line of `from` pixels are sampled.
pub(crate) fn taps(from: usize, to: usize) -> Vec<Tap> {
    let step = from as f64 / to as f64;
    let tap = |i: usize| {
        let at = ((i as f64 + 0.5) * step - 0.5).clamp(0.0, (from - 1) as f64);
        let first = at as usize;
        Tap { first, second: (first + 1).min(from - 1), part: (at - first as f64) as f32 }
    };
    (0..to).map(tap).collect()
}

vectorized! {
    fn blend(a: &[f32], b: &[f32], weights: (f32, f32), gain: f32, out: &mut [f32]) {
        for ((value, a), b) in out.iter_mut().zip(a).zip(b) {
            *value = gain * (weights.0 * a + weights.1 * b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn resizing_equals_that_of_core() {
        let image = Array2::from_shape_fn((13, 17), |(r, c)| ((r * 5 + c * c) % 13) as f32 / 13.0);
        let plane = Plane::from_array(image.view());
        for size in [(1, 1), (7, 9), (26, 40), (13, 17)] {
            let core = microexpr_core::resize::bilinear(image.view(), size).mapv(|v| 3.0 * v);
            let ours = resize(&plane, size, 3.0).into_array();
            assert!(ours.iter().zip(&core).all(|(a, b)| (a - b).abs() < 1e-5), "{size:?}");
        }
    }
}
