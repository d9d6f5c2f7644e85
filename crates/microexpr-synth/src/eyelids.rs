//! Upper lids that come down over the eyes.

use microexpr_core::Point;

use crate::outline::open;

/// How far above the lid's edge its skin stretches, and how far below it the lashes reach, in inter-ocular distances.
const SKIN: f64 = 0.13;
const LASHES: f64 = 0.02;

/// Both eyes of a face, in pixels of its own frame.
///
/// At closure `c` the upper lid's edge lies at `upper(x) + c·opening(x)`. Skin `s` above it is stretched, seen at
/// `s + c·opening(x)·w(s)` with `w` rising linearly from 0 where the lid's skin begins to 1 at its edge; the lashes move with
/// the edge and cover what lies below; the eyeball stays. It is no smooth field: the lid hides the eye.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Eyelids {
    eyes: [Eye; 2],
}

#[derive(Debug, Clone, PartialEq)]
struct Eye {
    /// From the corner left in the picture to the right one.
    upper: Vec<Point>,
    lower: Vec<Point>,
    skin_px: f64,
    lashes_px: f64,
}

impl Eyelids {
    /// The lids of a face with the given 68 points.
    pub(crate) fn new(p: &[Point], inter_ocular_px: f64) -> Self {
        let eye = |first: usize| {
            let [a, b, c, d, e, f]: [Point; 6] = std::array::from_fn(|i| p[first + i]);
            let (skin_px, lashes_px) = (SKIN * inter_ocular_px, LASHES * inter_ocular_px);
            Eye { upper: open(&[a, b, c, d]), lower: open(&[a, f, e, d]), skin_px, lashes_px }
        };
        Self { eyes: [eye(36), eye(42)] }
    }

    /// Where a point of the open face is seen at a closure in `0..=1`.
    pub(crate) fn closed(&self, p: Point, closure: f64) -> Point {
        let drop = self.eyes.iter().find_map(|eye| {
            let (edge, opening) = eye.lid(p[0])?;
            let above = edge - p[1];
            let inside = -eye.lashes_px <= above && above <= eye.skin_px;
            inside.then(|| closure * opening * (1.0 - above.max(0.0) / eye.skin_px))
        });
        [p[0], p[1] + drop.unwrap_or(0.0)]
    }

    /// Which point of the open face is seen at `z` at a closure in `0..=1`: the inverse of [`Eyelids::closed`] where a lid is,
    /// else `z`.
    pub(crate) fn source(&self, z: Point, closure: f64) -> Point {
        self.eyes.iter().find_map(|eye| Some([z[0], eye.source(z, closure)?])).unwrap_or(z)
    }
}

impl Eye {
    /// Height of the upper lid's edge and of the opening below it; `None` beside the eye.
    fn lid(&self, x: f64) -> Option<(f64, f64)> {
        let (upper, lower) = (height(&self.upper, x)?, height(&self.lower, x)?);
        Some((upper, (lower - upper).max(0.0)))
    }

    fn source(&self, [x, y]: Point, closure: f64) -> Option<f64> {
        let (edge, opening) = self.lid(x)?;
        let drop = closure * opening;
        let (top, moved) = (edge - self.skin_px, edge + drop);
        if y < top || y > moved + self.lashes_px {
            return None;
        }
        Some(if y <= moved { top + (y - top) * self.skin_px / (self.skin_px + drop) } else { y - drop })
    }
}

/// A polyline's height at `x`, linear between its points; `None` beside it.
fn height(line: &[Point], x: f64) -> Option<f64> {
    let piece = line.windows(2).find(|piece| piece[0][0] <= x && x <= piece[1][0])?;
    let width = piece[1][0] - piece[0][0];
    let share = if width > 0.0 { (x - piece[0][0]) / width } else { 0.0 };
    Some(piece[0][1] + share * (piece[1][1] - piece[0][1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::MEAN_FACE;

    fn lids() -> (Vec<Point>, Eyelids) {
        let points: Vec<Point> =
            MEAN_FACE.iter().map(|[x, y]| [160.0 + 78.0 * x, 128.0 + 78.0 * y]).collect();
        let lids = Eyelids::new(&points, 78.0);
        (points, lids)
    }

    #[test]
    fn the_source_of_what_a_lid_shows_is_where_it_came_from() {
        let (points, lids) = lids();
        for closure in [0.1, 0.5, 1.0] {
            for above in 0..12 {
                let p = [points[37][0] + 1.5, points[37][1] + 1.0 - f64::from(above)];
                let back = lids.source(lids.closed(p, closure), closure);
                assert!((back[1] - p[1]).abs() < 1e-9, "{p:?} comes back to {back:?}");
            }
        }
    }

    #[test]
    fn closed_lids_meet_the_lower_ones_and_nothing_else_moves() {
        let (points, lids) = lids();
        for (upper, lower) in [(37, 41), (38, 40), (43, 47), (44, 46)] {
            let closed = lids.closed(points[upper], 1.0);
            assert!((closed[1] - points[lower][1]).abs() < 0.2, "{closed:?} over {:?}", points[lower]);
        }
        let others = (0..68).filter(|i| ![37, 38, 43, 44].contains(i));
        assert!(others.into_iter().all(|i| lids.closed(points[i], 1.0) == points[i]));
        assert!(points.iter().all(|p| lids.closed(*p, 0.0) == *p && lids.source(*p, 0.0) == *p));
    }
}
