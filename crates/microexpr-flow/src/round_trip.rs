use microexpr_core::{FlowField, sample};
use ndarray::Array2;

use crate::FlowError;

/// How far every pixel ends from where it was after going with `forward` and back with `backward`,
/// `|forward(x) + backward(x + forward(x))|` in pixels, `[row, col]`.
///
/// Where the pixel leaves the image the result is NaN. Large values mark occlusions and errors.
///
/// # Errors
///
/// [`FlowError::FrameSize`].
pub fn round_trip_error(forward: &FlowField, backward: &FlowField) -> Result<Array2<f32>, FlowError> {
    if forward.dim() != backward.dim() {
        return Err(FlowError::FrameSize { expected: forward.dim(), found: backward.dim() });
    }
    let (height, width) = forward.dim();
    let (u, v) = (forward.u(), forward.v());
    Ok(Array2::from_shape_fn((height, width), |(row, col)| {
        let (u, v) = (u[[row, col]], v[[row, col]]);
        let (x, y) = (col as f32 + u, row as f32 + v);
        let inside = x >= 0.0 && y >= 0.0 && x <= (width - 1) as f32 && y <= (height - 1) as f32;
        if !inside {
            return f32::NAN;
        }
        let back = |component| sample::bilinear(component, x, y);
        (u + back(backward.u())).hypot(v + back(backward.v()))
    }))
}
