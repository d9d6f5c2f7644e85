use microexpr_core::{FlowField, sample};
use ndarray::{Array2, ArrayView2};

use crate::FlowError;

/// Takes a later frame back: `out(x) = frame(x + flow(x))` by cubic convolution; beyond the image its border repeats.
///
/// With the flow from one frame to `frame`, the result looks like the former.
///
/// # Errors
///
/// [`FlowError::FrameSize`], [`FlowError::EmptyFrame`].
pub fn warp_backward(frame: ArrayView2<'_, f32>, flow: &FlowField) -> Result<Array2<f32>, FlowError> {
    let (height, width) = frame.dim();
    if frame.dim() != flow.dim() {
        return Err(FlowError::FrameSize { expected: frame.dim(), found: flow.dim() });
    }
    if frame.is_empty() {
        return Err(FlowError::EmptyFrame { height, width });
    }
    let (u, v) = (flow.u(), flow.v());
    Ok(Array2::from_shape_fn(frame.dim(), |(row, col)| {
        sample::bicubic(frame, col as f32 + u[[row, col]], row as f32 + v[[row, col]])
    }))
}
