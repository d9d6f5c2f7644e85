use microexpr_core::{Landmarks, Point};

use crate::template::{TEMPLATE_51, face_51};

/// Inter-ocular distance in a flow map, as a share of its side.
const IOD_SHARE: f64 = 15.0 / 28.0;
/// Height of the eye line above which lies this share of a flow map.
const EYE_LINE_SHARE: f64 = 6.8 / 28.0;

/// [`TEMPLATE_51`] where faces lie in square flow maps of `size_px` pixels, which come without landmarks: eyes on a line
/// 6.8/28 from the top, 15/28 apart; points beyond the border lie on it.
///
/// Source: the published maps of SMIC, SAMM and CASME II (`docs/datasets.md`): their mean strain shows the eyes 13.5 to 17 of 28
/// pixels apart, in rows 5 to 7. A place of its own for each dataset did not recognise better.
///
/// # Example
///
/// ```
/// use microexpr_graph::canonical_face;
///
/// let face = canonical_face(28);
/// let centre = |eye: std::ops::Range<usize>| face.points()[eye].iter().map(|p| p[0]).sum::<f64>() / 6.0;
/// assert!((centre(6..12) - centre(0..6) - 15.0).abs() < 0.1);
/// ```
#[must_use]
pub fn canonical_face(size_px: usize) -> Landmarks {
    let size = size_px as f64;
    let last = (size - 1.0).max(0.0);
    let place = |[x, y]: [f64; 2]| {
        let scale = IOD_SHARE * size;
        [
            (last / 2.0 + scale * x).clamp(0.0, last),
            (EYE_LINE_SHARE * size - 0.5 + scale * y).clamp(0.0, last),
        ]
    };
    face_51(TEMPLATE_51.map(place))
}

/// The square window of a frame, `[left, top, side]` in pixels from the frame's corner, in which a face with these eye centres
/// lies as [`canonical_face`] does: what a flow map is cut to.
///
/// # Example
///
/// ```
/// use microexpr_graph::canonical_window;
///
/// let [left, top, side] = canonical_window([[99.5, 79.5], [159.5, 79.5]]);
/// assert!((side - 112.0).abs() < 1e-9 && (left - 74.0).abs() < 1e-9 && (top - (80.0 - 6.8 / 28.0 * 112.0)).abs() < 1e-9);
/// ```
#[must_use]
pub fn canonical_window([a, b]: [Point; 2]) -> [f64; 3] {
    let side = (b[0] - a[0]).hypot(b[1] - a[1]) / IOD_SHARE;
    // The centre of a pixel lies half a pixel from its edge.
    let centre = |axis: usize| (a[axis] + b[axis]) / 2.0 + 0.5;
    [centre(0) - side / 2.0, centre(1) - EYE_LINE_SHARE * side, side]
}
