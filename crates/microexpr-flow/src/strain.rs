use microexpr_core::FlowField;
use ndarray::Array2;

/// Optical strain of every pixel, [`FlowField::strain_at`], in px/px, `[row, col]`.
#[must_use]
pub fn strain(flow: &FlowField) -> Array2<f32> {
    Array2::from_shape_fn(flow.dim(), |at| flow.strain_at(at))
}

/// Divergence: how fast every pixel's surroundings grow, `u_x + v_y`, in px/px, `[row, col]`; derivatives as in
/// [`FlowField::gradient`].
#[must_use]
pub fn divergence(flow: &FlowField) -> Array2<f32> {
    Array2::from_shape_fn(flow.dim(), |at| {
        let [[u_x, _], [_, v_y]] = flow.gradient(at);
        u_x + v_y
    })
}
