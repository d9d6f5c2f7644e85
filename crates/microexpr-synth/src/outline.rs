//! Smooth outlines through points, and the soft masks they enclose.

use microexpr_core::{Point, filter};
use ndarray::{Array2, s};

/// Points per curve piece between two given points.
const STEPS: usize = 10;
/// Sub-rows per pixel row when a mask is filled.
const SUB_ROWS: usize = 4;

/// A closed Catmull-Rom curve through `points`, as a polygon.
pub(crate) fn closed(points: &[Point]) -> Vec<Point> {
    let n = points.len();
    let at = |i: usize| points[i % n];
    (0..n).flat_map(|i| piece([at(i + n - 1), at(i), at(i + 1), at(i + 2)])).collect()
}

/// An open Catmull-Rom curve through `points`, ends included, as a polyline.
pub(crate) fn open(points: &[Point]) -> Vec<Point> {
    let last = points.len() - 1;
    let at = |i: isize| points[i.clamp(0, last as isize) as usize];
    let mut line: Vec<Point> =
        (0..last as isize).flat_map(|i| piece([at(i - 1), at(i), at(i + 1), at(i + 2)])).collect();
    line.push(points[last]);
    line
}

/// An ellipse with the given half axes.
pub(crate) fn ellipse(centre: Point, half_width: f64, half_height: f64) -> Vec<Point> {
    let turn = |i: i32| f64::from(i) / 48.0 * std::f64::consts::TAU;
    (0..48)
        .map(|i| [centre[0] + half_width * turn(i).cos(), centre[1] + half_height * turn(i).sin()])
        .collect()
}

/// The area of a pen drawn along a polyline; `width_px(t)` is the pen's width at the fraction `t` of the line's points.
pub(crate) fn stroke(line: &[Point], width_px: impl Fn(f64) -> f64) -> Vec<Point> {
    let last = line.len() - 1;
    let side = |i: usize, sign: f64| {
        let (a, b) = (line[i.saturating_sub(1)], line[(i + 1).min(last)]);
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let reach = sign * 0.5 * width_px(i as f64 / last as f64) / dx.hypot(dy).max(1e-9);
        [line[i][0] - dy * reach, line[i][1] + dx * reach]
    };
    (0..=last).map(|i| side(i, 1.0)).chain((0..=last).rev().map(|i| side(i, -1.0))).collect()
}

/// How much of every pixel a polygon covers (even-odd rule), blurred by a Gaussian of `softness_px`.
pub(crate) fn mask(polygon: &[Point], softness_px: f32, size: (usize, usize)) -> Array2<f32> {
    let mut whole = Array2::zeros(size);
    let margin = f64::from(3.0 * softness_px).ceil() + 2.0;
    let bounds = |axis: usize, len: usize| {
        let low = polygon.iter().fold(f64::MAX, |m, p| m.min(p[axis])) - margin;
        let high = polygon.iter().fold(f64::MIN, |m, p| m.max(p[axis])) + margin;
        (low.floor().clamp(0.0, len as f64) as usize, high.ceil().clamp(0.0, len as f64) as usize)
    };
    let ((top, bottom), (left, right)) = (bounds(1, size.0), bounds(0, size.1));
    if top < bottom && left < right {
        let mut window = whole.slice_mut(s![top..bottom, left..right]);
        let mut crossings = Vec::new();
        for (row, mut line) in window.outer_iter_mut().enumerate() {
            for sub in 0..SUB_ROWS {
                let y = (top + row) as f64 - 0.5 + (sub as f64 + 0.5) / SUB_ROWS as f64;
                cross(polygon, y, &mut crossings);
                for span in crossings.chunks_exact(2) {
                    cover(&mut line, span[0] - left as f64, span[1] - left as f64);
                }
            }
        }
        let soft = filter::gaussian(window.view(), softness_px);
        window.assign(&soft);
    }
    whole
}

fn piece([p, q, r, s]: [Point; 4]) -> impl Iterator<Item = Point> {
    (0..STEPS).map(move |step| {
        let t = step as f64 / STEPS as f64;
        std::array::from_fn(|k| {
            let (a, b, c) =
                (r[k] - p[k], 2.0 * p[k] - 5.0 * q[k] + 4.0 * r[k] - s[k], 3.0 * (q[k] - r[k]) + s[k] - p[k]);
            q[k] + 0.5 * t * (a + t * (b + t * c))
        })
    })
}

/// Sorted columns at which the polygon crosses the line at `y`.
fn cross(polygon: &[Point], y: f64, crossings: &mut Vec<f64>) {
    crossings.clear();
    for (i, a) in polygon.iter().enumerate() {
        let b = polygon[(i + 1) % polygon.len()];
        if (a[1] <= y) != (b[1] <= y) {
            crossings.push(a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
        }
    }
    crossings.sort_unstable_by(f64::total_cmp);
}

/// Adds one sub-row's share to the pixels between two columns.
fn cover(line: &mut ndarray::ArrayViewMut1<'_, f32>, from: f64, to: f64) {
    let first = (from + 0.5).floor().max(0.0) as usize;
    for (col, value) in line.iter_mut().enumerate().skip(first).take_while(|(col, _)| *col as f64 - 0.5 < to)
    {
        let inside = (to.min(col as f64 + 0.5) - from.max(col as f64 - 0.5)).max(0.0);
        *value += (inside / SUB_ROWS as f64) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mask_of_an_ellipse_has_its_area_and_centre() {
        let mask = mask(&ellipse([20.3, 17.6], 9.0, 6.0), 0.8, (40, 48));
        let area: f32 = mask.sum();
        let x: f32 = mask.indexed_iter().map(|((_, c), m)| c as f32 * m).sum::<f32>() / area;
        let y: f32 = mask.indexed_iter().map(|((r, _), m)| r as f32 * m).sum::<f32>() / area;
        // A 48-gon lacks 0.3 % of its ellipse's area.
        assert!((f64::from(area) - std::f64::consts::PI * 54.0).abs() < 0.8, "area {area}");
        assert!((x - 20.3).abs() < 0.01 && (y - 17.6).abs() < 0.02, "centre {x}, {y}");
    }

    #[test]
    fn curves_pass_through_their_points() {
        let points = [[0.0, 0.0], [4.0, 1.0], [7.0, 5.0], [2.0, 6.0]];
        for (i, p) in points.iter().enumerate() {
            assert_eq!(closed(&points)[i * STEPS], *p);
            assert_eq!(open(&points)[i * STEPS], *p);
        }
    }

    #[test]
    fn an_outline_beyond_the_image_is_cut() {
        let mask = mask(&ellipse([0.0, 0.0], 100.0, 100.0), 1.0, (8, 8));
        assert!(mask.iter().all(|m| (m - 1.0).abs() < 1e-6));
        assert!(super::mask(&ellipse([-50.0, 0.0], 5.0, 5.0), 1.0, (8, 8)).iter().all(|m| *m == 0.0));
    }
}
