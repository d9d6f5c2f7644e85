use microexpr_core::FlowField;
use ndarray::{Array2, ArrayView2};

/// Optical strain: how much the face deforms at every pixel, `√(u_x² + v_y² + ½(u_y + v_x)²)`, in px/px, `[row, col]`.
///
/// Derivatives are central differences, one-sided at the border; along a side of one pixel they are 0.
///
/// Source: M. Shreve et al., "Macro- and Micro-expression Spotting in Long Videos Using Spatio-temporal Strain", FG 2011,
/// with the shear of both off-diagonal entries of the strain tensor.
#[must_use]
pub fn strain(flow: &FlowField) -> Array2<f32> {
    Array2::from_shape_fn(flow.dim(), |at| {
        let ([u_x, u_y], [v_x, v_y]) = (gradient(flow.u(), at), gradient(flow.v(), at));
        (u_x * u_x + v_y * v_y + 0.5 * (u_y + v_x) * (u_y + v_x)).sqrt()
    })
}

/// Divergence: how fast every pixel's surroundings grow, `u_x + v_y`, in px/px, `[row, col]`; derivatives as in [`strain`].
#[must_use]
pub fn divergence(flow: &FlowField) -> Array2<f32> {
    Array2::from_shape_fn(flow.dim(), |at| gradient(flow.u(), at)[0] + gradient(flow.v(), at)[1])
}

/// Derivatives `[∂x, ∂y]` at `(row, col)`.
fn gradient(field: ArrayView2<'_, f32>, (row, col): (usize, usize)) -> [f32; 2] {
    let (height, width) = field.dim();
    let (left, right) = (col.saturating_sub(1), (col + 1).min(width - 1));
    let (above, below) = (row.saturating_sub(1), (row + 1).min(height - 1));
    let slope = |difference: f32, distance: usize| difference / distance.max(1) as f32;
    [
        slope(field[[row, right]] - field[[row, left]], right - left),
        slope(field[[below, col]] - field[[above, col]], below - above),
    ]
}
