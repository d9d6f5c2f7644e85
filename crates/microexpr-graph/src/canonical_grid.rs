use microexpr_core::{LandmarkScheme, Landmarks, OutOfRange, Point};

use crate::GraphError;

/// `side`×`side` points, row by row, at the centres of equal squares that tile a flow map of `size_px` pixels: nodes
/// everywhere, where [`canonical_face`](crate::canonical_face) has them at eyes, brows, nose, mouth and forehead.
///
/// The points are their own mirror image: the grid of a mirrored map is the same grid.
///
/// # Errors
///
/// [`GraphError::Setting`] for a `side` of 0 or above `size_px`.
///
/// # Example
///
/// ```
/// use microexpr_graph::canonical_grid;
///
/// let grid = canonical_grid(28, 7)?;
/// assert_eq!((grid.points().len(), grid.points()[0], grid.points()[8]), (49, [1.5, 1.5], [5.5, 5.5]));
/// # Ok::<(), microexpr_graph::GraphError>(())
/// ```
pub fn canonical_grid(size_px: usize, side: usize) -> Result<Landmarks, GraphError> {
    OutOfRange::unless((1..=size_px).contains(&side), "side", "from 1 to the map's side in pixels", side)?;
    let centre = |i: usize| (i as f64 + 0.5) * size_px as f64 / side as f64 - 0.5;
    let points = (0..side * side).map(|i| [centre(i % side), centre(i / side)]);
    Ok(custom(points.collect()))
}

/// Points of no scheme; all are finite.
fn custom(points: Vec<Point>) -> Landmarks {
    Landmarks::new(LandmarkScheme::Custom, points).expect("finite points of no scheme")
}
