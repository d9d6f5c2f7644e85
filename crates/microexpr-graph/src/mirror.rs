//! Faces seen in a mirror: an expression on the other side of the face is of the same class.

use microexpr_core::{LandmarkScheme, Landmarks};

use crate::GraphError;
use crate::template::face_51;

/// The 51 points' partners in a mirror: point `i` of the mirrored face is point `MIRROR_51[i]` of the face.
///
/// Order of the points: [`TEMPLATE_51`](crate::TEMPLATE_51).
#[rustfmt::skip]
pub const MIRROR_51: [usize; 51] = [
    9, 8, 7, 6, 11, 10, // left eye (of the image)
    3, 2, 1, 0, 5, 4, // right eye
    21, 20, 19, 18, 17, 16, 15, 14, 13, 12, // brows
    28, 27, 26, 25, 24, 23, 22, 33, 32, 31, 30, 29, // outer mouth
    36, 35, 34, // nose
    46, 45, 44, 43, 42, 41, 40, 39, 38, 37, // forehead
    48, 47, 50, 49, // beside the mouth
];

/// The 51 points of the same face in a mirrored frame of `width_px` columns: `x' = width − 1 − x`, every point in its
/// partner's place.
///
/// With [`FlowField::mirrored`](microexpr_core::FlowField::mirrored) of every field, [`build`](crate::build) gives the graph of
/// the mirrored clip, whatever its features.
///
/// # Errors
///
/// [`GraphError::NoMirror`] for points of another scheme than the 51.
///
/// # Example
///
/// ```
/// use microexpr_graph::{canonical_face, mirrored_face};
///
/// let face = canonical_face(28);
/// let mirrored = mirrored_face(&face, 28)?;
/// // The outer corner of the left eye is where that of the right eye was, seen from the other side.
/// assert_eq!(mirrored.points()[0][0], 27.0 - face.points()[9][0]);
/// # Ok::<(), microexpr_graph::GraphError>(())
/// ```
pub fn mirrored_face(face: &Landmarks, width_px: usize) -> Result<Landmarks, GraphError> {
    if face.scheme() != LandmarkScheme::Paper51 {
        return Err(GraphError::NoMirror { points: face.points().len() });
    }
    let last_column = width_px as f64 - 1.0;
    let partner = |i: usize| {
        let [x, y] = face.points()[i];
        [last_column - x, y]
    };
    Ok(face_51(MIRROR_51.map(partner)))
}
